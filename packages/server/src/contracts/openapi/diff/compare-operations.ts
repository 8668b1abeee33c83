import type { JsonSchema, RouteDocument } from '../../../ports/catalog.ts'
import { canonical } from '../../schema/canonical.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createPlace, type Change, type Place } from './change.ts'

/** Compares two schemas, which stand at a place of an operation. */
export type CompareSchemas = (before: JsonSchema, after: JsonSchema, place: Place) => void

/**
 * Tells how an operation changed for its callers: what they send by the rules of requests, what
 * they get by those of responses.
 */
export function compareOperations(
  before: RouteDocument['operation'],
  after: RouteDocument['operation'],
  compare: CompareSchemas,
  tell: (change: Change) => void,
): void {
  const request = createPlace('request', '', tell)
  const response = createPlace('response', '', tell)
  if (before['deprecated'] !== true && after['deprecated'] === true) {
    request.at('deprecated').notes('is deprecated now')
  }
  compareParameters(before, after, request.at('parameters'), compare)
  compareBodies(before['requestBody'], after['requestBody'], request.at('requestBody'), compare)
  compareResponses(objectOf(before['responses']), objectOf(after['responses']), response, compare)
}

function compareParameters(
  before: JsonObject,
  after: JsonObject,
  place: Place,
  compare: CompareSchemas,
): void {
  const was = parametersOf(before)
  const is = parametersOf(after)
  for (const [key, parameter] of is) {
    const there = place.at(key)
    const old = was.get(key)
    if (old !== undefined) compareParameter(old, parameter, there, compare)
    else if (parameter['required'] === true) there.breaks('is new and required')
    else there.notes('is new')
  }
  for (const [key, parameter] of was) {
    if (is.has(key)) continue
    // Another path is another operation; what is not described elsewhere is passed over.
    if (parameter['in'] !== 'path') place.at(key).notes('is not described any more')
  }
}

function parametersOf({ parameters }: JsonObject): ReadonlyMap<string, JsonObject> {
  const list = Array.isArray(parameters) ? parameters.filter(isObject) : []
  return new Map(
    list.map((parameter) => {
      const { in: place, name } = parameter
      const key = place === 'header' ? String(name).toLowerCase() : String(name)
      return [`${String(place)} ${key}`, parameter]
    }),
  )
}

function compareParameter(
  was: JsonObject,
  is: JsonObject,
  place: Place,
  compare: CompareSchemas,
): void {
  if (was['required'] !== true && is['required'] === true) place.breaks('is required now')
  if (was['required'] === true && is['required'] !== true) {
    place.notes('is not required any more')
  }
  const form = ({ style, explode }: JsonObject): string => canonical([style, explode])
  if (form(was) !== form(is)) place.breaks('is written in another way (style or explode)')
  if (was['content'] === undefined && is['content'] === undefined) {
    compareSchemaOf(was, is, place, compare)
  } else {
    compareContent(objectOf(was['content']), objectOf(is['content']), place, compare)
  }
}

function compareBodies(was: unknown, is: unknown, place: Place, compare: CompareSchemas): void {
  if (!isObject(was) && !isObject(is)) return
  if (!isObject(was)) {
    if (objectOf(is)['required'] === true) place.breaks('is new and required')
    else place.notes('is new')
    return
  }
  if (!isObject(is)) return place.breaks('is gone')
  if (was['required'] !== true && is['required'] === true) place.breaks('is required now')
  if (was['required'] === true && is['required'] !== true) place.notes('is not required any more')
  compareContent(objectOf(was['content']), objectOf(is['content']), place, compare)
}

function compareContent(
  was: JsonObject,
  is: JsonObject,
  place: Place,
  compare: CompareSchemas,
): void {
  for (const type of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const there = place.at('content', type)
    const old = ownOf(was, type)
    const now = ownOf(is, type)
    if (old === undefined) there.notes('is new')
    else if (now === undefined) there.breaks('is gone')
    else compareSchemaOf(objectOf(old), objectOf(now), there, compare)
  }
}

function compareSchemaOf(
  was: JsonObject,
  is: JsonObject,
  place: Place,
  compare: CompareSchemas,
): void {
  const schemas = [was['schema'], is['schema']].map((schema) =>
    isObject(schema) || typeof schema === 'boolean' ? schema : true,
  )
  const [before = true, after = true] = schemas
  compare(before, after, place.at('schema'))
}

function compareResponses(
  was: JsonObject,
  is: JsonObject,
  root: Place,
  compare: CompareSchemas,
): void {
  const place = root.at('responses')
  for (const status of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const there = place.at(status)
    const old = ownOf(was, status)
    const now = ownOf(is, status)
    if (old === undefined) there.notes('is new')
    else if (now === undefined) compareGone(status, is, there)
    else compareResponse(objectOf(old), objectOf(now), there, compare)
  }
}

function compareGone(status: string, is: JsonObject, place: Place): void {
  const cover = [`${status[0] ?? ''}XX`, 'default'].find((name) => Object.hasOwn(is, name))
  if (cover === undefined) place.breaks('is gone')
  else place.notes(`is gone; ${cover} stands for it`)
}

function compareResponse(
  was: JsonObject,
  is: JsonObject,
  place: Place,
  compare: CompareSchemas,
): void {
  const before = objectOf(was['content'])
  const after = objectOf(is['content'])
  // Of an answer without a description of its body nobody could rely on anything.
  if (Object.keys(before).length > 0) compareContent(before, after, place, compare)
  else if (Object.keys(after).length > 0) place.at('content').notes('is described now')
  const headers = objectOf(is['headers'])
  for (const [name, header] of Object.entries(objectOf(was['headers']))) {
    const there = place.at('headers', name)
    const now = ownOf(headers, name)
    if (now === undefined) there.breaks('is gone')
    else compareSchemaOf(objectOf(header), objectOf(now), there, compare)
  }
}

/** Names come from the document, and may be those that every object has. */
const ownOf = (part: JsonObject, name: string): unknown =>
  Object.hasOwn(part, name) ? part[name] : undefined

const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {})
