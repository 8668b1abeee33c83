import type { ValidationError } from '@buzzer/contract'
import { escapeStep, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import { valuesOf, type Loose } from './coerce.ts'
import { isJson, essenceOf } from './media-type.ts'
import type { Pair } from './query-string.ts'
import { shapeOf, type Shape } from './shape.ts'
import { takeHeader, takePairs, takeText, type Style } from './style.ts'
import type { Taken } from './taken.ts'

export type ParameterPlace = 'path' | 'query' | 'header'

/** The parts of a request that parameters are taken from. */
export interface RequestParts {
  readonly path: ReadonlyMap<string, string>
  readonly query: readonly Pair[]
  header(name: string): string | null
}

export interface Parameter {
  readonly name: string
  readonly in: ParameterPlace
  readonly required: boolean
  readonly schema: CheckedSchema | null
  /** @param claimed names of all the parameters in the query */
  check(parts: RequestParts, claimed: ReadonlySet<string>): readonly ValidationError[]
}

const defaultStyles = { path: 'simple', query: 'form', header: 'simple' } as const
/** Styles of parameters in each place; what has another one is not checked. */
export const knownStyles: Readonly<Record<ParameterPlace, ReadonlySet<string>>> = {
  path: new Set(['simple', 'label', 'matrix']),
  query: new Set(['form', 'spaceDelimited', 'pipeDelimited', 'deepObject']),
  header: new Set(['simple']),
}

/**
 * Makes the check of one parameter.
 *
 * @param declared the parameter object, its reference followed
 * @param note told of what is not understood, and so not checked
 */
export function readParameter(
  declared: JsonObject & { readonly name: string; readonly in: ParameterPlace },
  scope: SchemaScope,
  root: JsonObject,
  path: string,
  note: (text: string) => void,
): Parameter {
  const { name, in: place } = declared
  const style = styleOf(declared)
  const content = contentOf(declared)
  const isKnown = knownStyles[place].has(style.name)
  if (!isKnown) note(`the style "${style.name}" of ${place} parameter "${name}" is not understood`)
  const isText = content !== null && !isJson(essenceOf(content.type))
  if (isText) note(`${place} parameter "${name}" is ${content.type}, which is not checked`)
  const source = content === null ? declared['schema'] : content.schema
  const schema =
    source === undefined || !isKnown || isText ? null : scope.read(source, `${path}/schema`)
  const shape = shapeOf(content === null ? source : {}, scope.references, root)
  const required = declared['required'] === true || place === 'path'
  const mayBeEmpty = declared['allowEmptyValue'] === true
  const take = createTake(place, name, style, shape)
  const checkReadings = (readings: readonly Loose[]): readonly ValidationError[] => {
    const [first = ''] = readings
    if (schema === null || (mayBeEmpty && first === '')) return []
    return content === null ? checkLoose(readings, shape, schema) : checkJson(first, schema)
  }

  return {
    name,
    in: place,
    required,
    schema,
    check(parts, claimed) {
      const taken = take(parts, claimed)
      const pointer = `/${place}/${escapeStep(name)}`
      const label = `${place} parameter "${name}"`
      if (taken.kind === 'absent') {
        return required ? [{ pointer, detail: `${label} is missing` }] : []
      }
      if (taken.kind === 'broken') {
        return isKnown ? [{ pointer, detail: `${label} ${taken.detail}` }] : []
      }
      return checkReadings(taken.readings).map((error) => ({
        pointer: pointer + error.pointer,
        detail: `${label}: ${error.detail}`,
      }))
    },
  }
}

function styleOf(declared: JsonObject & { readonly in: ParameterPlace }): Style {
  const { style, explode } = declared
  const name = typeof style === 'string' ? style : defaultStyles[declared.in]
  return { name, explode: typeof explode === 'boolean' ? explode : name === 'form' }
}

/** The one media type that a parameter with `content` has. */
function contentOf({ content }: JsonObject): { type: string; schema: unknown } | null {
  const [entry] = isObject(content) ? Object.entries(content) : []
  if (entry === undefined) return null
  const [type, media] = entry
  return { type, schema: isObject(media) ? media['schema'] : undefined }
}

type Take = (parts: RequestParts, claimed: ReadonlySet<string>) => Taken

function createTake(place: ParameterPlace, name: string, style: Style, shape: Shape): Take {
  const readText = (text: string | null): Taken => {
    if (text === null) return { kind: 'absent' }
    return place === 'path' ? takeText(text, name, style, shape) : takeHeader(text, style, shape)
  }
  switch (place) {
    case 'query':
      return ({ query }, claimed) => takePairs(query, name, style, shape, claimed)
    case 'path':
      return ({ path }) => readText(path.get(name) ?? null)
    case 'header':
      return ({ header }) => readText(header(name.toLowerCase()))
  }
}

/** @returns what is wrong with the likeliest value; nothing where one that may be meant fits */
function checkLoose(
  readings: readonly Loose[],
  shape: Shape,
  schema: CheckedSchema,
): readonly ValidationError[] {
  let first: readonly ValidationError[] | null = null
  for (const value of valuesOf(readings, shape, 'no-json')) {
    const errors = schema.check(value)
    if (errors.length === 0) return []
    first ??= errors
  }
  return first ?? []
}

function checkJson(value: Loose, schema: CheckedSchema): readonly ValidationError[] {
  try {
    return schema.check(typeof value === 'string' ? JSON.parse(value) : value)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return [{ pointer: '', detail: 'must be JSON' }]
  }
}
