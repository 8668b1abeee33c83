import type { Headers } from '../core/payload.ts'

const secretive = /auth|token|secret|key|cookie|signature|pass|credential|pat$/i
/** What credentials begin with, whatever header they stand in. */
const credential =
  /^(?:bearer|basic|digest) |^(?:gh[a-z]_|github_pat_|sk_|rk_|xox|whsec_|ey[A-Za-z0-9])/i

/** What is shown in place of a value that may be a credential. */
export const mask = '***'

/** Values of those that may be credentials are shown to nobody. */
export const maskedHeaders = (headers: Headers): Readonly<Record<string, string>> =>
  Object.fromEntries(
    headers.map(([name, value]) => [name, isSecretive(name, value) ? mask : value]),
  )

export const isSecretive = (name: string, value: string): boolean =>
  secretive.test(name) || credential.test(value)
