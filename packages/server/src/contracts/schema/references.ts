import { follow, isObject, type JsonObject } from './json-pointer.ts'

/** What a reference leads to, and the schema with an `$id` that references in it start from. */
export interface Found {
  readonly source: JsonObject | boolean
  readonly base: JsonObject
  /** The reference as it was written. */
  readonly path: string
}

/** Finds what references lead to within one document; nothing is ever fetched. */
export interface References {
  /** @returns null where it leads out of the document or nowhere */
  find(reference: string, base: JsonObject): Found | null
  /** Finds the one schema with this `$dynamicAnchor`; null where there is none or a choice. */
  findDynamic(reference: string): Found | null
}

interface Named {
  readonly ids: ReadonlyMap<string, JsonObject>
  readonly anchors: ReadonlyMap<string, readonly Found[]>
}

/** @param root the document, a schema alone or one that holds schemas among other things */
export function createReferences(root: JsonObject): References {
  let named: Named | null = null
  // Hardly a document names its schemas, and a search through all of it is not free.
  const names = (): Named => (named ??= collectNames(root))

  const within = (base: JsonObject, fragment: string, path: string): Found | null => {
    if (fragment !== '' && !fragment.startsWith('/')) {
      const anchored = names().anchors.get(fragment) ?? []
      return anchored.find((found) => found.base === base) ?? anchored[0] ?? null
    }
    const source = follow(base, fragment)
    return isObject(source) || typeof source === 'boolean' ? { source, base, path } : null
  }

  return {
    find(reference, base) {
      const [address = '', fragment = ''] = splitOnce(reference, '#')
      if (address !== '') {
        const resource = names().ids.get(address)
        return resource === undefined ? null : within(resource, fragment, reference)
      }
      // Many write references from the document's root although an `$id` stands in between.
      return within(base, fragment, reference) ?? within(root, fragment, reference)
    },
    findDynamic(reference) {
      const anchored = names().anchors.get(splitOnce(reference, '#')[1] ?? '') ?? []
      const found = anchored.filter(({ source }) => isObject(source) && '$dynamicAnchor' in source)
      return found.length === 1 ? (found[0] ?? null) : null
    },
  }
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)]
}

function collectNames(root: JsonObject): Named {
  const ids = new Map<string, JsonObject>()
  const anchors = new Map<string, Found[]>()
  const waiting: [unknown, JsonObject][] = [[root, root]]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [place, outer] = next
    if (typeof place !== 'object' || place === null) continue
    const base = isObject(place) && typeof place['$id'] === 'string' ? place : outer
    if (isObject(place)) addNames(place, base, ids, anchors)
    for (const member of Object.values(place)) waiting.push([member, base])
  }
  return { ids, anchors }
}

function addNames(
  place: JsonObject,
  base: JsonObject,
  ids: Map<string, JsonObject>,
  anchors: Map<string, Found[]>,
): void {
  const { $id, $anchor, $dynamicAnchor } = place
  if (typeof $id === 'string') ids.set($id.replace(/#$/, ''), place)
  for (const anchor of [$anchor, $dynamicAnchor]) {
    if (typeof anchor !== 'string') continue
    anchors.set(anchor, [
      ...(anchors.get(anchor) ?? []),
      { source: place, base, path: `#${anchor}` },
    ])
  }
}
