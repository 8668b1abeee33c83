import { problems, type ProblemCode } from '@buzzer/contract'
import type { JsonObject } from '../../schema/json-pointer.ts'

/** The responses of an OpenAPI operation, by status. */
export type Answers = Readonly<Record<string, JsonObject>>

export const refer = (group: 'schemas' | 'parameters' | 'responses', name: string): JsonObject => ({
  $ref: `#/components/${group}/${name}`,
})

export const json = (description: string, schema: JsonObject): JsonObject => ({
  description,
  content: { 'application/json': { schema } },
})

/** Of what can be asked for in part, by `fields`. */
export const wholeOrPart = (name: 'Job' | 'Batch'): JsonObject => ({
  anyOf: [refer('schemas', name), refer('schemas', `${name}Part`)],
})

/** Answers with problem documents; several with one status stand together. */
export function problemAnswers(...codes: readonly ProblemCode[]): Answers {
  const statuses = [...new Set(codes.map((code) => problems[code].status))].toSorted(
    (a, b) => a - b,
  )
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      {
        description: codes
          .filter((code) => problems[code].status === status)
          .map((code) => `\`${code}\`: ${problems[code].title}`)
          .join('. '),
        content: { 'application/problem+json': { schema: refer('schemas', 'Problem') } },
      },
    ]),
  )
}

/** What every submission may be answered with, besides its result. */
export const submissionProblems = problemAnswers(
  'malformed-body',
  'invalid-header',
  'idempotency-key-missing',
  'payload-too-large',
  'callback-url-rejected',
  'unsupported-media-type',
  'validation-failed',
  'idempotency-key-reused',
  'job-expired',
  'idempotency-key-in-progress',
  'overloaded',
  'store-unavailable',
  'shutting-down',
)

/** What a result may be instead of itself, once the job has ended. */
export const outcomeProblems = problemAnswers(
  'job-cancelled',
  'handler-failed',
  'upstream-failed',
  'upstream-timeout',
  'deadline-exceeded',
)

/** Puts answers together; those with the same status keep all that they may hold. */
export function merge(...several: readonly Answers[]): Answers {
  const merged: Record<string, JsonObject> = {}
  for (const [status, answer] of several.flatMap((answers) => Object.entries(answers))) {
    const known = merged[status]
    merged[status] = known === undefined ? answer : both(known, answer)
  }
  return merged
}

const both = (a: JsonObject, b: JsonObject): JsonObject => ({
  ...a,
  ...b,
  description: [...new Set([a['description'], b['description']])].filter(Boolean).join('. '),
  ...(a['content'] === undefined && b['content'] === undefined
    ? {}
    : { content: { ...(a['content'] as JsonObject), ...(b['content'] as JsonObject) } }),
})
