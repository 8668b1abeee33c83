import { decodeForm } from './percent.ts'

/** One `name=value` of a query or a form, as it came and with its name decoded. */
export interface Pair {
  readonly name: string
  /** Still percent-encoded, because separators within a value are not. */
  readonly value: string
}

/** @param text without the question mark; names that do not decode are kept as they are */
export function readPairs(text: string): readonly Pair[] {
  if (text === '') return []
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      const name = at === -1 ? part : part.slice(0, at)
      return { name: decodeForm(name) ?? name, value: at === -1 ? '' : part.slice(at + 1) }
    })
}
