import type { Loose } from './coerce.ts'
import { decodeForm } from './percent.ts'
import type { Pair } from './query-string.ts'
import { broken, type Taken } from './taken.ts'

/** A value while its parts come in, in any order. */
interface Node {
  /** Of `name=value`, more than one where the name is repeated. */
  readonly texts: string[]
  /** By what stands in the brackets; numbers too, since only the schema tells lists from objects. */
  readonly members: Map<string, Node>
  /** Of `name[]`, one after the other. */
  readonly items: Node[]
}

const deepest = 8

/**
 * Reads `name[key]=value` (`deepObject`). The specification says what one level of plain members
 * looks like; beyond it, this takes what clients send: `[]` and `[0]` for lists, and more levels.
 *
 * @param claimed names of other parameters, which may be written as if they were members of this one
 */
export function takeDeep(
  pairs: readonly Pair[],
  name: string,
  claimed: ReadonlySet<string>,
): Taken {
  const isOwn = (one: string): boolean =>
    one.startsWith(`${name}[`) && one.endsWith(']') && !claimed.has(one)
  const own = pairs.filter((pair) => isOwn(pair.name))
  if (own.length === 0) return { kind: 'absent' }
  const root = createNode()
  for (const pair of own) {
    const value = decodeForm(pair.value)
    if (value === null) return broken
    const steps = pair.name.slice(name.length + 1, -1).split('][')
    if (steps.length > deepest) {
      return { kind: 'broken', detail: `is nested deeper than ${deepest} levels` }
    }
    if (steps.includes('__proto__')) {
      return { kind: 'broken', detail: 'has a member named __proto__, which does harm' }
    }
    grow(root, steps).texts.push(value)
  }
  return { kind: 'value', readings: [valueOf(root)] }
}

const createNode = (): Node => ({ texts: [], members: new Map(), items: [] })

/** @returns where the steps lead to */
function grow(root: Node, steps: readonly string[]): Node {
  let node = root
  for (const [index, step] of steps.entries()) {
    node = step === '' ? itemOf(node, steps[index + 1]) : memberOf(node, step)
  }
  return node
}

/** A member that is there already belongs to the next item: `[][a]=1&[][b]=2&[][a]=3` are two. */
function itemOf({ items }: Node, next: string | undefined): Node {
  const last = items.at(-1)
  if (last !== undefined && next !== undefined && !last.members.has(next)) return last
  const item = createNode()
  items.push(item)
  return item
}

function memberOf({ members }: Node, step: string): Node {
  const known = members.get(step)
  if (known !== undefined) return known
  const member = createNode()
  members.set(step, member)
  return member
}

function valueOf({ texts, members, items }: Node): Loose {
  const listed = [...texts, ...items.map(valueOf)]
  if (members.size > 0) {
    const named = [...members].map(([key, one]): readonly [string, Loose] => [key, valueOf(one)])
    return Object.fromEntries(listed.length > 0 ? [['', listed], ...named] : named)
  }
  const [only] = texts
  return only !== undefined && listed.length === 1 ? only : listed
}
