import { parseText } from '../../openapi/read/parse-text.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { brief } from '../../schema/translation.ts'
import type { AsyncApiDocument } from './async-api-document.ts'

/** A document, or a sentence that says what is wrong with it and what to do. */
export type ReadOutcome =
  | { readonly kind: 'read'; readonly document: AsyncApiDocument }
  /** It does not even say that it is one. */
  | { readonly kind: 'other' }
  | { readonly kind: 'refused'; readonly detail: string }

/** What a document of AsyncAPI has somewhere, and hardly any other. */
const sign = /["']?asyncapi["']?\s*:/

/**
 * Reads an AsyncAPI document: JSON or YAML by its content, 2.0 to 2.6, 3.0 and 3.1. Nothing that it
 * refers to is fetched.
 *
 * @param name what messages call it by
 */
export function readAsyncApi(text: string, name: string): ReadOutcome {
  if (!sign.test(text)) return { kind: 'other' }
  const parsed = parseText(text)
  if (parsed.kind === 'malformed') return { kind: 'refused', detail: `${name} ${parsed.detail}` }
  const root = parsed.value
  if (!isObject(root) || root['asyncapi'] === undefined) return { kind: 'other' }
  const declared = asText(root['asyncapi'])
  const [, version] = /^(2\.[0-6]|3\.[01])(?:\.\d+)?(?:-[\w.]+)?$/.exec(declared) ?? []
  if (version === undefined) return { kind: 'refused', detail: `${name} is ${whyNot(declared)}` }
  const isTwo = version.startsWith('2')
  const wrong = wrongWith(root, isTwo)
  if (wrong !== null)
    return { kind: 'refused', detail: `${name} is no AsyncAPI document: ${wrong}` }
  return { kind: 'read', document: { version: isTwo ? 2 : 3, title: titleOf(root), root } }
}

/** YAML reads `3.0` without quotes as the number three, and `2.6` as a number too. */
const asText = (version: unknown): string =>
  typeof version === 'string'
    ? version
    : typeof version === 'number'
      ? version.toFixed(1)
      : brief(version)

const whyNot = (declared: string): string =>
  declared.startsWith('1.')
    ? `AsyncAPI ${declared}; 2.0 is the oldest that is taken, and AsyncAPI's converter writes it`
    : `AsyncAPI ${declared}; 2.0 to 2.6, 3.0 and 3.1 are taken`

function wrongWith({ channels, operations }: JsonObject, isTwo: boolean): string | null {
  if (channels === undefined || channels === null)
    return isTwo ? 'it has no "channels", which 2.x must have' : null
  if (!isObject(channels)) return '"channels" must be an object'
  return operations === undefined || operations === null || isTwo || isObject(operations)
    ? null
    : '"operations" must be an object'
}

function titleOf({ info }: JsonObject): string {
  const title = isObject(info) ? info['title'] : undefined
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : 'Untitled'
}
