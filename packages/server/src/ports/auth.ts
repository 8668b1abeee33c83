import type { BatchId, JobId, Problem } from '@buzzer/contract'
import type { Caller, Scope } from '../core/scope.ts'
import type { Millis } from '../core/time.ts'

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

/** What a ticket was given for, and to whom. */
export interface TicketGrant {
  /** As it is written everywhere: `quotes.ACME`, `operations/render`, `jobs/{id}`, `batches/{id}`. */
  readonly channel: string
  readonly tenant: string
  readonly client: string | null
  /** It was given for the token of that job or batch, which opens nothing else either. */
  readonly byJobToken: boolean
}

/** A ticket that this server gave out. */
export interface Ticket extends TicketGrant {
  readonly id: string
  /** When it has to be used for the first time, at the latest. */
  readonly firstUseBy: Millis
}

/** Stands for one channel in a URL, where nothing long-lived may. */
export interface Tickets {
  issue(grant: TicketGrant): { readonly text: string; readonly firstUseBy: Millis }
  /** @returns null for what is none of ours */
  read(text: string): Ticket | null
  /** Uses it, for the first time or again. @returns whether it still opens */
  use(ticket: Ticket): Promise<boolean>
}

/** Tokens that stand for one job or one batch each; nothing of them is stored. */
export interface JobTokens {
  issue(id: JobId | BatchId): string
  /** Compared in constant time. */
  matches(id: JobId | BatchId, token: string): boolean
}
