import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { call, type Answer } from './call.ts'

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly responses: Readonly<Record<string, Response>> }
}
interface Operation {
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>
}
interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

/** Says what of an answer is not as `/openapi.json` has it. @param route as the document names it */
export type Validator = (route: string, answer: Answer) => readonly string[]

export async function validatorOf(url: string): Promise<Validator> {
  const document = closed((await call(url, 'GET /openapi.json')).json<Described>()) as Described
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  formats.default(ajv)
  ajv.addSchema(document, 'api')
  return (route, { status, text, headers }) => {
    const [method = '', path = ''] = route.split(' ')
    const response = responseOf(document, path, method, status)
    if (response === undefined) return [`${route} may not answer ${status}: ${text}`]
    if (response.content === undefined) return text === '' ? [] : [`${route} has a body`]
    const [mediaType = ''] = (headers['content-type'] ?? '').split(';')
    const body = response.content[mediaType] ?? response.content['*/*']
    if (body === undefined) return [`${route} answers ${mediaType}`]
    if (body.schema === undefined || !mediaType.endsWith('json')) return []
    const validate = ajv.compile(anchored(body.schema))
    return validate(JSON.parse(text)) ? [] : [ajv.errorsText(validate.errors), text]
  }
}

function responseOf(
  { paths, components }: Described,
  path: string,
  method: string,
  status: number,
): Response | undefined {
  const named = paths[path]?.[method.toLowerCase()]?.responses[String(status)]
  if (named === undefined || !('$ref' in named)) return named
  return components.responses[named.$ref.replace('#/components/responses/', '')]
}

/** A schema of the document by itself, whose references lead into the document still. */
const anchored = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"api#/')) as object

/**
 * The document with every object closed, so that a member that it does not name is wrong. Parts of a
 * whole that `allOf` puts together stay open: none of them names what the others do. So do problems,
 * which may have members of their own (RFC 9457, section 3.2).
 */
function closed(value: unknown, isPart = false): unknown {
  if (Array.isArray(value)) return value.map((each) => closed(each, isPart))
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(
    ([name, each]) => [name, closed(each, isPart || open.has(name))] as const,
  )
  const isOpen = isPart || !('properties' in value) || 'additionalProperties' in value
  return { ...Object.fromEntries(members), ...(isOpen ? {} : { additionalProperties: false }) }
}

const open = new Set(['allOf', 'Problem'])
