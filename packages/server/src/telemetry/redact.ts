/**
 * What must not stand in a log, found in the line as it is written, so that it does not matter how
 * deep or under what it lay: values whose name says that they are secret, and what looks like a
 * credential wherever it stands.
 */
const secretName =
  '[\\w-]{0,40}(?:authorization|cookie|secret|password|token|ticket|api[-_]?key)[\\w-]{0,40}'
const text = '"(?:[^"\\\\]|\\\\.)*"'
/** As a member, or as a pair of a list of headers. */
const secretMember = new RegExp(
  `("${secretName}"\\s*[:,]\\s*)(?:${text}|\\[(?:${text},?)*\\])`,
  'gi',
)
/** Our own tokens and keys, whatever stands around them. */
const ownSecret = /\b(bz[jkt]|whsec)_[\w+/=-]+/g
const credential = /\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi
/** In a URL. */
const secretParameter = new RegExp(`([?&]${secretName}=)[^&\\s"\\\\#]+`, 'gi')
/** A quick look first: most lines hold none of it. */
const hint =
  /authorization|cookie|secret|password|token|ticket|api[-_]?key|(?:bz[jkt]|whsec)_|bearer|basic/i

const censored = '[redacted]'

/** @param line JSON on one line @returns the same with every secret replaced, still JSON */
export function redact(line: string): string {
  if (!hint.test(line)) return line
  return line
    .replace(secretMember, `$1"${censored}"`)
    .replace(ownSecret, `$1_${censored}`)
    .replace(credential, `$1 ${censored}`)
    .replace(secretParameter, `$1${censored}`)
}
