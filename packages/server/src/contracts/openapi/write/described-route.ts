import type { JsonObject } from '../../schema/json-pointer.ts'
import type { Answers } from './answers.ts'

/** A route of our own, as `/openapi.json` describes it. */
export interface DescribedRoute {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** An OpenAPI path template. */
  readonly path: string
  readonly operationId: string
  readonly tag:
    | 'Jobs'
    | 'Batches'
    | 'Channels'
    | 'Webhooks'
    | 'Operations'
    | 'Hooks'
    | 'Dead letters'
    | 'Definitions'
    | 'Server'
  readonly summary: string
  readonly parameters?: readonly JsonObject[]
  readonly requestBody?: JsonObject
  readonly responses: Answers
  readonly callbacks?: JsonObject
}
