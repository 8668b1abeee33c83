import type { BatchId, JobId, Problem } from '@buzzer/contract'
import type { Caller, Scope } from '../core/scope.ts'

/** What an edge knows of a request before it reads the body. */
export interface Credentials {
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

/** Says who asks. A new way to sign in is an adapter of this. */
export interface Authenticator {
  authenticate(credentials: Credentials): Caller | Problem
  /** Whether this caller may do that; job tokens are checked against their job by the route. */
  allows(caller: Caller, scope: Scope): boolean
}

/** Tokens that stand for one job or one batch each; nothing of them is stored. */
export interface JobTokens {
  issue(id: JobId | BatchId): string
  /** Compared in constant time. */
  matches(id: JobId | BatchId, token: string): boolean
}
