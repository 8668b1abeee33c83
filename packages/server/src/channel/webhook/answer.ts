import { bytesIn, type Headers } from '../../core/payload.ts'
import type { DeliveryAnswer } from '../../ports/deliveries.ts'
import type { OutboundAnswer } from '../../ports/outbound.ts'

/** Of the body of an answer, in bytes; of its headers together, in characters. */
export const keptBytes = 4_096
const mostHeaders = 50
const mostOfValue = 512

/** What a receiver might tell only us, and what JSON must not hold. */
const leftOut =
  /^(?:__proto__|constructor)$|authoriz|authenticat|cookie|secret|password|token|ticket|api-?key/
const decoder = new TextDecoder()

/** An answer as it is kept with its attempt, for whoever looks for what went wrong. */
export const answerToKeep = ({ headers, body, truncated }: OutboundAnswer): DeliveryAnswer => ({
  headers: headersToKeep(headers),
  body: textOf(bytesIn(body)),
  truncated: truncated === true,
})

/** What is no UTF-8 is replaced, and NUL too, which some stores cannot keep. */
const textOf = (bytes: Uint8Array): string =>
  bytes.byteLength === 0 ? '' : decoder.decode(bytes).replaceAll('\0', '\uFFFD')

/** Those of one name become one, as RFC 9110 (section 5.2) joins them. */
function headersToKeep(headers: Headers): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {}
  let room = keptBytes
  let count = 0
  for (const [name, value] of headers) {
    const cut = value.slice(0, mostOfValue)
    room -= name.length + cut.length
    if (room < 0 || count === mostHeaders) break
    if (leftOut.test(name)) continue
    const before = kept[name]
    kept[name] = before === undefined ? cut : `${before}, ${cut}`
    count += 1
  }
  return kept
}
