import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { convertParameter, encodingOf, schemaOf } from './parameter.ts'
import { asList, mapValues, text } from './rewrite.ts'

type ConvertResponse = (response: unknown, produces: unknown) => unknown

/** Writes an operation as OpenAPI 3.0 has it. @param operation with every parameter meant by it */
export function convertOperation(operation: JsonObject, convert: ConvertResponse): JsonObject {
  const { parameters, consumes, produces, schemes: _schemes, responses, ...rest } = operation
  const list = asList(parameters)
  const isIn = (place: string) => (parameter: unknown) =>
    isObject(parameter) && parameter['in'] === place
  const plain = list.filter((one) => !isIn('body')(one) && !isIn('formData')(one))
  const body = bodyOf(list.find(isIn('body')), list.filter(isIn('formData')), consumes)
  return {
    ...rest,
    parameters: plain.map(convertParameter),
    ...(body === null ? {} : { requestBody: body }),
    responses: mapValues(responses, (response) => convert(response, produces)),
  }
}

function bodyOf(body: unknown, fields: readonly unknown[], consumes: unknown): JsonObject | null {
  const types = asList(consumes).map(text)
  if (isObject(body)) {
    const { description, required, schema = {} } = body
    const media = types.length === 0 ? ['application/json'] : types
    return {
      ...(description === undefined ? {} : { description }),
      required: required === true,
      content: Object.fromEntries(media.map((type) => [type, { schema }])),
    }
  }
  return fields.length === 0 ? null : formOf(fields.filter(isObject), types)
}

function formOf(fields: readonly JsonObject[], types: readonly string[]): JsonObject {
  const isForm = (type: string): boolean => /^(?:multipart\/|application\/x-www-form)/.test(type)
  const hasFile = fields.some((field) => field['type'] === 'file')
  const fallback = hasFile ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
  const media = types.some(isForm) ? types.filter(isForm) : [fallback]
  const required = fields
    .filter((field) => field['required'] === true)
    .map((field) => field['name'])
  const schema = {
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [text(field['name']), schemaOf(field)])),
    ...(required.length === 0 ? {} : { required }),
  }
  const lists = fields.filter((field) => field['type'] === 'array')
  const encoding = Object.fromEntries(
    lists.map((field) => [text(field['name']), encodingOf(field)]),
  )
  const form = { schema, ...(lists.length === 0 ? {} : { encoding }) }
  return {
    required: required.length > 0,
    content: Object.fromEntries(media.map((type) => [type, form])),
  }
}
