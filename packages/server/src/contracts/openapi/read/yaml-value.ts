import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml'
import { isObject } from '../../schema/json-pointer.ts'

/** Thrown where a document is YAML, but none that is taken; its message goes on after its name. */
export class UnfitYaml extends Error {
  override readonly name = 'UnfitYaml'
}

/** What an anchor names; nothing refers to it before it is done but what stands in it. */
interface Anchored {
  value: unknown
  length: number
  done: boolean
}

/** What a value takes beside its text: quotes, separators and indentation. */
const ownLength = 8

/**
 * Makes the value of what the parser read. Aliases become references to one and the same value, so
 * that time and memory are linear in the text; what counts is how long the document would be with
 * all of them written out, for those who read it later may go through it as if it were so.
 *
 * The parser's own `toJS` counts how often an anchor is used, which honest documents do hundreds of
 * times, and looks through all anchors for each alias, which takes quadratic time.
 *
 * @param maxLength in characters, aliases written out
 * @throws UnfitYaml
 */
export function valueOf(contents: unknown, maxLength: number): unknown {
  const anchors = new Map<string, Anchored>()
  let length = 0

  const spend = (more: number): void => {
    length += more
    if (length <= maxLength) return
    const most = `${Math.floor(maxLength / 1_048_576)} MB`
    throw new UnfitYaml(`is longer than ${most} with its aliases written out; use $ref for parts`)
  }

  const read = (node: unknown): unknown => {
    if (isAlias(node)) return readAlias(node.source)
    const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor
    if (typeof anchor !== 'string') return readPlain(node)
    const anchored: Anchored = { value: null, length: 0, done: false }
    anchors.set(anchor, anchored)
    const before = length
    anchored.value = readPlain(node)
    anchored.length = length - before
    anchored.done = true
    return anchored.value
  }

  const readAlias = (name: string): unknown => {
    const anchored = anchors.get(name)
    if (anchored === undefined) throw new UnfitYaml(`has no anchor before its alias *${name}`)
    if (!anchored.done) throw new UnfitYaml(`holds itself, by its alias *${name}`)
    spend(anchored.length)
    return anchored.value
  }

  const readPlain = (node: unknown): unknown => {
    spend(ownLength)
    if (isSeq(node)) return node.items.map((item) => (isPair(item) ? readMap([item]) : read(item)))
    if (isMap(node)) return readMap(node.items)
    if (!isScalar(node)) return null
    if (typeof node.value === 'string') spend(node.value.length)
    return node.value
  }

  const readMap = (pairs: readonly { readonly key: unknown; readonly value: unknown }[]) => {
    const target: Record<string, unknown> = {}
    for (const { key, value } of pairs) {
      const name = read(key)
      if (typeof name === 'symbol') merge(target, read(value))
      else target[nameOf(name)] = read(value)
    }
    return target
  }

  return read(contents)
}

/** Takes over the members of another object or of several (`<<`), of which the first counts. */
function merge(target: Record<string, unknown>, sources: unknown): void {
  for (const source of Array.isArray(sources) ? (sources as unknown[]) : [sources]) {
    if (!isObject(source)) throw new UnfitYaml('merges (<<) what is no object')
    for (const [name, value] of Object.entries(source)) {
      if (!Object.hasOwn(target, name)) target[name] = value
    }
  }
}

/** Numbers such as `200` are names too. */
function nameOf(key: unknown): string {
  if (typeof key === 'object' && key !== null) throw new UnfitYaml('has a key that is no text')
  const name = typeof key === 'string' ? key : key === null ? '' : JSON.stringify(key)
  if (name === '__proto__') throw new UnfitYaml('has a member named __proto__, which does harm')
  return name
}
