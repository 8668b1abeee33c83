import type { Headers } from '../core/payload.ts'

const secretive = /auth|token|secret|key|cookie|signature|password/i

/** What is shown in place of a value that may be a credential. */
export const mask = '***'

/** Values of those that may be credentials are shown to nobody. */
export const maskedHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(headers.map(([name, value]) => [name, isSecretive(name) ? mask : value]))

export const isSecretive = (name: string): boolean => secretive.test(name)
