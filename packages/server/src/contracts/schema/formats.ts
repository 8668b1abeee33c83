import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Format } from 'ajv'
import { checkedFormats } from './keywords.ts'

/** No format of text that is checked has values longer than this, but for base64. */
const longestText = 8_192

type Known = (typeof fullFormats)[keyof typeof fullFormats]

/** The formats that are checked; their expressions only ever see text of a bounded length. */
export const formats: Readonly<Record<string, Format>> = Object.fromEntries(
  [...checkedFormats].map((name): readonly [string, Format] => [name, bounded(name)]),
)

function bounded(name: string): Format {
  // Times without a zone are common, and no harm.
  const known: Known =
    fullFormats[(name === 'time' ? 'iso-time' : name) as keyof typeof fullFormats]
  if (known === true || name === 'byte') return known
  if (typeof known === 'object' && 'type' in known && known.type === 'number') return known
  const test = createTest(known)
  return { type: 'string', validate: (text: string) => text.length <= longestText && test(text) }
}

function createTest(known: unknown): (text: string) => boolean {
  if (known instanceof RegExp) return (text) => known.test(text)
  if (typeof known === 'function') return known as (text: string) => boolean
  return createTest((known as { readonly validate: unknown }).validate)
}
