import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { OpenApiDocument, Parts } from '../read/open-api-document.ts'
import type { Site } from './import-operation.ts'

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const

/** Methods as some write them, though OpenAPI has them in lower case only. */
const spelledOtherwise = (method: string): readonly string[] => [
  method.toUpperCase(),
  `${method.slice(0, 1).toUpperCase()}${method.slice(1)}`,
]

/** What is looked at of a path item; a thousand paths may refer to one with many other members. */
const itemMembers = [
  'parameters',
  'servers',
  'additionalOperations',
  ...[...methods, 'query'].flatMap((method) => [method, ...spelledOtherwise(method)]),
]

/**
 * Every operation of the document, in its order.
 *
 * @param notes takes up what is not imported
 */
export function sitesOf(document: OpenApiDocument, parts: Parts, notes: string[]): readonly Site[] {
  const { paths } = document.root
  const known = document.version === '3.2' ? [...methods, 'query'] : methods
  return Object.entries(isObject(paths) ? paths : {}).flatMap(([path, part]) => {
    if (path.startsWith('x-')) return []
    const item = itemOf(path, part, parts, notes)
    if (item === null) return []
    if (!path.startsWith('/') || /[?#]/.test(path)) {
      notes.push(`${path} is no path that a request can have; its operations are not imported`)
      return []
    }
    noteOthers(path, item, known, notes)
    return known.flatMap((method) => siteOf(path, method, item, notes))
  })
}

/** A path item with all that it refers to; what stands beside a reference comes first. */
function itemOf(path: string, part: unknown, parts: Parts, notes: string[]): JsonObject | null {
  const links = parts.chain(part)
  const items = links.filter(isObject)
  const last = links.at(-1)
  if (typeof last === 'string') notes.push(`${path} ${last}; its operations are not imported`)
  return items.length === 0 ? null : items.reduceRight(joinItems)
}

function joinItems(referred: JsonObject, own: JsonObject): JsonObject {
  const joined: Record<string, unknown> = {}
  for (const name of itemMembers) {
    const value = Object.hasOwn(own, name) ? own[name] : referred[name]
    if (value !== undefined) joined[name] = value
  }
  const [before, after]: readonly unknown[] = [referred['parameters'], own['parameters']]
  // Of two parameters with one name the later counts.
  if (Array.isArray(before) && Array.isArray(after)) joined['parameters'] = before.concat(after)
  return joined
}

function noteOthers(
  path: string,
  item: JsonObject,
  known: readonly string[],
  notes: string[],
): void {
  if (isObject(item['additionalOperations'])) {
    const more = Object.keys(item['additionalOperations']).join(', ')
    notes.push(`${path} has operations for other methods, which are not imported: ${more}`)
  }
  const misspelt = known.flatMap(spelledOtherwise).filter((name) => isObject(item[name]))
  if (misspelt.length === 0) return
  const names = misspelt.join(', ')
  notes.push(`${path} has methods that are not in lower case, which are not imported: ${names}`)
}

function siteOf(path: string, method: string, item: JsonObject, notes: string[]): readonly Site[] {
  const operation = item[method]
  if (operation === undefined) return []
  if (!isObject(operation)) {
    notes.push(`${method.toUpperCase()} ${path} is no object and is not imported`)
    return []
  }
  const id = operation['operationId']
  const operationId = typeof id === 'string' && id !== '' ? id : null
  return [{ method: method.toUpperCase(), path, operationId, operation, item }]
}
