import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultPolicies, type Policies } from '../../core/operation.ts'
import type { Operation, RequestCheck } from '../../ports/catalog.ts'
import { compileSchema } from '../schema/compile-schema.ts'
import type { JsonObject } from '../schema/json-pointer.ts'
import type { ImportedOperation, ImportedService } from '../openapi/service/import-service.ts'
import { readService } from '../openapi/service/read-service.ts'
import type { ImportOptions } from '../openapi/service/import-service.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')

export const fixtureNames: readonly string[] = readdirSync(fixtures)

export const readFixture = (name: string): string => readFileSync(join(fixtures, name), 'utf8')

/** Documents of real APIs, which are not part of the project. */
const shared = join(import.meta.dirname, '../../../../../../shared/inputs/openapi')

/** Names and texts of the documents of real APIs; none where they are not on this machine. */
export const sharedDocuments: readonly (readonly [name: string, text: string])[] = existsSync(
  shared,
)
  ? readdirSync(shared).map((name) => [name, readFileSync(join(shared, name), 'utf8')] as const)
  : []

export const noPause = (): Promise<void> => Promise.resolve()

/** @throws where the document is refused */
export async function importText(
  text: string,
  options: Partial<ImportOptions> & { readonly name?: string } = {},
): Promise<ImportedService> {
  const outcome = await readService(
    { text, name: options.name ?? 'test' },
    { service: 'api', ...options },
    noPause,
  )
  if (outcome.kind === 'refused') throw new Error(outcome.detail)
  return outcome.service
}

export const importFixture = (
  name: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportedService> => importText(readFixture(name), { name, ...options })

const runner: Operation['runner'] = {
  run: () => Promise.reject(new Error('nothing is run here')),
  heldOffUntil: () => null,
  [Symbol.asyncDispose]: () => Promise.resolve(),
}

/** The operations of a service as they are called, which nothing runs. */
export const mounted = (service: ImportedService): readonly Operation[] =>
  service.operations.map((operation) => ({
    name: operation.name,
    summary: operation.summary,
    policies: { ...defaultPolicies, mode: operation.mode },
    runner,
    call: {
      kind: 'routed',
      service: service.name,
      mount: `/api/${service.name}`,
      method: operation.method,
      path: operation.path,
      headers: operation.headers,
      document: operation.document,
      check: operation.check,
      checkParts: operation.checkParts,
      readsWhole: operation.readsWhole,
    },
  }))

/** An operation that is called by name, which nothing runs. */
export function named(
  name: string,
  inputSchema: JsonObject,
  outputSchema: JsonObject | null,
  policies: Policies = defaultPolicies,
): Operation {
  const outcome = compileSchema(inputSchema)
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('; '))
  const { check } = outcome.schema
  const call = { kind: 'named', inputSchema, outputSchema, check } as const
  return { name, summary: `Runs ${name}`, policies, runner, call }
}

export function operationOf(service: ImportedService, name: string): ImportedOperation {
  const found = service.operations.find((operation) => operation.name === `${service.name}.${name}`)
  if (found === undefined) throw new Error(`there is no operation ${name}`)
  return found
}

/** What a test sends. */
export interface TestRequest {
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly type?: string
}

export function send(operation: ImportedOperation, request: TestRequest): RequestCheck {
  const { target = operation.path, headers = {}, body = '', type = null } = request
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return operation.check(
    { method: operation.method, target, headers: Object.entries(headers) },
    bytes,
    type,
  )
}

/** What is wrong with a request, as `pointer detail`; how it is refused where it is not invalid. */
export function wrongWith(operation: ImportedOperation, request: TestRequest): readonly string[] {
  const outcome = send(operation, request)
  if (outcome.kind === 'ok') return []
  if (outcome.kind !== 'invalid') return [outcome.kind]
  return outcome.errors.map(({ pointer, detail }) => `${pointer} ${detail}`)
}
