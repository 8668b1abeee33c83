import { isObject, type JsonObject } from '../../schema/json-pointer.ts'

const renamed: readonly (readonly [RegExp, string])[] = [
  [/^#\/definitions\//, '#/components/schemas/'],
  [/^#\/parameters\//, '#/components/parameters/'],
  [/^#\/responses\//, '#/components/responses/'],
]

/** Copies a document with its references as OpenAPI 3 has them. */
export function renameReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renameReferences)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string' ? rename(member) : renameReferences(member),
    ]),
  )
}

function rename(reference: string): string {
  const [pattern, start] = renamed.find(([from]) => from.test(reference)) ?? []
  return pattern === undefined || start === undefined
    ? reference
    : reference.replace(pattern, start)
}

export const mapValues = (value: unknown, convert: (member: unknown) => unknown): JsonObject =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convert(member)]))
    : {}

export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
