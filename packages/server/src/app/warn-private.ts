import type { Log } from '../ports/log.ts'
import type { Outbound } from '../ports/outbound.ts'

/** Says at the start which line is missing, rather than with the first call that fails. */
export function warnOfPrivate(
  { name, url }: { readonly name: string; readonly url: string },
  outbound: Pick<Outbound, 'check'>,
  log: Log,
): void {
  const refusal = outbound.check(url)
  if (refusal === null) return
  const fix = URL.canParse(url) ? allowLine(new URL(url)) : undefined
  log.warn({ service: name, fix }, `Every call of this service will be refused: ${refusal}`)
}

/** What a configuration has to say, so that a private address may be called. */
export function allowLine(url: URL): string {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  return `outbound: { allow: ['${url.hostname}:${port}'] }`
}
