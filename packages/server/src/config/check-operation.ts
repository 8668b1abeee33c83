import type { ConfigIssue } from '../define/errors.ts'
import type { OperationDefinition } from '../define/operation.ts'
import { operationPolicies } from '../define/policies.ts'
import { jsonSchemaOf, type Schema } from '../define/schema.ts'
import { unknownKeys } from './check-keys.ts'
import { issueIf, issuesOf } from './issues.ts'
import { show } from '../define/show.ts'

export const policyKeys = [
  'mode',
  'wait',
  'timeout',
  'lease',
  'concurrency',
  'retry',
  'idempotency',
  'cacheable',
  'limits',
  'admission',
  'deadLetters',
]

/** Those of one operation alone. */
export const ownPolicyKeys = [...policyKeys, 'schedule']

const operationKeys = [...ownPolicyKeys, 'summary', 'input', 'output', 'thread', 'run']

const howToRun = 'write run: async (input, context) => { … }'
const hints = {
  handler: howToRun,
  retries: 'write retry: { attempts: 5 }',
  schema: 'write input: { … } and output: { … }',
}

/** A name stands in a URL as one segment. */
const namePattern = /^[A-Za-z0-9][\w.-]{0,126}$/

export function checkOperation(
  name: string,
  definition: Readonly<Record<string, unknown>>,
): readonly ConfigIssue[] {
  const path = `operations.${name}`
  const { run, thread, summary } = definition
  const cannotRun = typeof run !== 'function'
  const badName = 'this name cannot stand in a URL; use letters, digits, _, - and .'
  return [
    ...issueIf(!namePattern.test(name), path, badName),
    ...unknownKeys(`${path}.`, definition, operationKeys, hints),
    ...issueIf(cannotRun, `${path}.run`, `${show(run)} is not a function; ${howToRun}`),
    ...expect(thread, 'boolean', `${path}.thread`, 'true or false'),
    ...expect(summary, 'string', `${path}.summary`, 'text'),
    ...issuesOf(() => operationPolicies(name, definition as unknown as OperationDefinition)),
    ...checkSchema(`${path}.input`, definition['input']),
    ...checkSchema(`${path}.output`, definition['output']),
  ]
}

const expect = (
  value: unknown,
  type: 'boolean' | 'string',
  path: string,
  wanted: string,
): readonly ConfigIssue[] =>
  issueIf(value !== undefined && typeof value !== type, path, `${show(value)} is not ${wanted}`)

const checkSchema = (path: string, schema: unknown): readonly ConfigIssue[] =>
  schema === undefined ? [] : issuesOf(() => jsonSchemaOf(schema as Schema, path))
