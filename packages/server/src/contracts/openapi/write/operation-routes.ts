import type { JsonSchema, NamedCall, Operation, RoutedCall } from '../../../ports/catalog.ts'
import { dialectOf } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences } from '../../schema/references.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'
import { merge, outcomeProblems, refer, submissionProblems, type Answers } from './answers.ts'
import { submissionParameters } from './components.ts'
import { callbacksOfSubmission } from './outgoing.ts'
import { submitRoute } from './route-table.ts'

/** One path and method of the document, with the schemas that it refers to. */
export interface WrittenRoute {
  readonly path: string
  readonly method: string
  readonly operation: JsonObject
  readonly schemas: ReadonlyMap<string, JsonSchema>
}

/** Describes how an operation is called: by its name, or as the API that it wraps. */
export const writeOperation = (operation: Operation): WrittenRoute =>
  operation.call.kind === 'named'
    ? writeNamed(operation, operation.call)
    : writeRouted(operation, operation.call)

function writeNamed(operation: Operation, call: NamedCall): WrittenRoute {
  const input = writeSchema(`${operation.name}.input`, call.inputSchema)
  const output = writeSchema(`${operation.name}.output`, call.outputSchema)
  const result = {
    '200': {
      description: 'The result, where the wait sufficed',
      content: { 'application/json': { schema: output.schema } },
    },
  }
  return {
    path: submitRoute.path.replace('{operation}', encodeURIComponent(operation.name)),
    method: submitRoute.method,
    operation: {
      operationId: operation.name,
      tags: ['Operations'],
      summary: operation.summary ?? `Runs ${operation.name}`,
      description: describePolicies(operation),
      parameters: submissionParameters,
      requestBody: {
        content: { 'application/json': { schema: input.schema } },
        ...(call.check(undefined).length > 0 ? { required: true } : {}),
      },
      responses: { ...merge(result, submissionProblems, outcomeProblems), ...accepted },
      callbacks: callbacksOfSubmission,
    },
    schemas: new Map([...input.schemas, ...output.schemas]),
  }
}

function writeRouted(operation: Operation, call: RoutedCall): WrittenRoute {
  const { operation: described, schemas } = call.document()
  const { description, responses, parameters } = described
  const own = isObject(responses) ? (responses as Answers) : {}
  return {
    path: `${call.mount.replace(/\/$/, '')}${call.path}`,
    method: call.method.toLowerCase(),
    operation: {
      ...described,
      operationId: operation.name,
      tags: [call.service],
      description: [description, describePolicies(operation)].filter(Boolean).join('\n\n'),
      parameters: [
        ...(Array.isArray(parameters) ? (parameters as unknown[]) : []),
        ...missingFrom(parameters),
      ],
      responses: { ...merge(own, submissionProblems, outcomeProblems), ...accepted },
      callbacks: callbacksOfSubmission,
    },
    schemas,
  }
}

const accepted: Answers = { '202': refer('responses', 'Accepted') }

/** Our headers, but for those that the wrapped API declares itself. */
function missingFrom(parameters: unknown): readonly JsonObject[] {
  const list = Array.isArray(parameters) ? parameters.filter(isObject) : []
  const names = new Set(list.map(({ name }) => String(name).toLowerCase().replaceAll('-', '')))
  return submissionParameters.filter(
    ({ $ref }) => !names.has(String($ref).split('/').at(-1)?.toLowerCase() ?? ''),
  )
}

function writeSchema(prefix: string, source: JsonSchema | null) {
  if (!isObject(source)) return { schema: source ?? {}, schemas: new Map<string, JsonSchema>() }
  const writer = createSchemaWriter({
    prefix,
    root: source,
    references: createReferences(source),
    dialect: dialectOf(source),
  })
  return { schema: writer.write(source), schemas: writer.schemas }
}

const modes = {
  async: () => 'It is answered with 202 at once, unless `Prefer: wait=N` asks to wait.',
  adaptive: (seconds: number) =>
    `It is answered with the result within ${seconds} s, else with 202; \`Prefer\` changes that.`,
  sync: () => 'It is answered with the result; `Prefer` does not change that.',
} as const

/** What callers should know about how it is run. */
function describePolicies({ policies }: Operation): string {
  const hours = policies.idempotency.windowMs / 3_600_000
  const key = policies.idempotency.required
    ? `An \`Idempotency-Key\` is required; it is remembered for ${hours} h.`
    : `An \`Idempotency-Key\` is remembered for ${hours} h.`
  return `${modes[policies.mode](policies.waitMs / 1_000)} ${key}`
}
