import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { References } from '../../schema/references.ts'
import { whyNotFound } from '../read/open-api-document.ts'

/**
 * Looks for references that lead nowhere in what operations answer. Requests are checked against
 * what they refer to and say so themselves; answers are only described, and a client made from the
 * description would lack a part of them without a word.
 */
export interface LostAnswers {
  /** @param responses of one operation */
  look(responses: unknown): void
  notes(): readonly string[]
}

const mostNotes = 10

/** @param root where references start from that no `$id` stands around */
export function createLostAnswers(root: JsonObject, references: References): LostAnswers {
  // Operations share most of what they answer; each part is looked through once.
  const seen = new Set<object>()
  const lost = new Set<string>()

  const follow = (reference: string, base: JsonObject): readonly Place[] => {
    const found = references.find(reference, base)
    if (found === null) lost.add(reference)
    return found === null ? [] : [{ part: found.source, base: found.base, isMap: false }]
  }

  const within = ({ part, base: outer, isMap }: Place): readonly Place[] => {
    if (typeof part !== 'object' || part === null || seen.has(part)) return []
    seen.add(part)
    if (!isObject(part)) {
      const items: readonly unknown[] = Object.values(part)
      return items.map((one) => ({ part: one, base: outer, isMap }))
    }
    const base = !isMap && typeof part['$id'] === 'string' ? part : outer
    const reference = isMap ? null : part['$ref']
    return [
      ...(typeof reference === 'string' ? follow(reference, base) : []),
      ...Object.entries(part)
        .filter(([name]) => isMap || !isNoSchema(name))
        .map(([name, member]) => ({ part: member, base, isMap: !isMap && maps.has(name) })),
    ]
  }

  return {
    look(responses) {
      const waiting: Place[] = [{ part: responses, base: root, isMap: true }]
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for (const place of within(next)) waiting.push(place)
      }
    },
    notes() {
      const more = lost.size - mostNotes
      return [
        ...[...lost]
          .slice(0, mostNotes)
          .map((reference) => `an answer ${whyNotFound(reference)}; it is described as anything`),
        ...(more > 0 ? [`and ${more} more references of answers that are not found`] : []),
      ]
    },
  }
}

interface Place {
  readonly part: unknown
  readonly base: JsonObject
  /** Its members are names of the author's choice, not keywords. */
  readonly isMap: boolean
}

const maps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'headers',
  'content',
])

/** Values as they may come, links to other operations, and what only others understand. */
const isNoSchema = (name: string): boolean => values.has(name) || name.startsWith('x-')

const values: ReadonlySet<string> = new Set([
  'example',
  'examples',
  'default',
  'enum',
  'const',
  'links',
])
