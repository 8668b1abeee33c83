import { stringify } from 'yaml'
import { isObject, type JsonObject } from './schema/json-pointer.ts'

/** Members of the document, of its parts and of their parts are written one by one. */
const deepest = 2

const options = { aliasDuplicateObjects: false, lineWidth: 100 } as const

/**
 * Writes an API document as YAML. That of a thousand operations takes a second, so it is written in
 * pieces.
 *
 * @param pause waited for between two pieces
 */
export async function renderYaml(
  document: JsonObject,
  pause: () => Promise<void>,
  depth = 0,
): Promise<string> {
  const lines: string[] = []
  for (const [name, member] of Object.entries(document)) {
    if (member === undefined) continue
    const key = keyOf(name)
    if (key !== null && depth < deepest && isObject(member) && Object.keys(member).length > 0) {
      lines.push(key, indented(await renderYaml(member, pause, depth + 1)))
    } else lines.push(stringify({ [name]: member }, options))
    await pause()
  }
  return lines.join('')
}

/** @returns null for a name that stands in lines of its own, as a very long one does */
function keyOf(name: string): string | null {
  const [line = '', ...more] = stringify({ [name]: 0 }, options).split(/(?<=\n)/)
  return more.length === 0 && line.endsWith(': 0\n') ? `${line.slice(0, -' 0\n'.length)}\n` : null
}

/**
 * An empty line is one of a text, which may end in them, and needs no indentation. Only a line feed
 * ends a line: to JavaScript, U+2028 within a text would too.
 */
const indented = (text: string): string => text.replaceAll(/(^|\n)(?!\n|$)/g, '$1  ')
