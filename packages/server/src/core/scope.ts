/** What a credential may allow; each route names the one that it needs. */
const scopes = [
  'jobs:submit',
  'jobs:read',
  'jobs:cancel',
  'jobs:admin',
  'jobs:work',
  'channels:publish',
  'channels:subscribe',
  'webhooks:manage',
  'operations:manage',
  'clients:manage',
  'audit:read',
] as const
export type Scope = (typeof scopes)[number]

/** Whose jobs those are that nobody calls, and all while no authentication is configured. */
export const defaultTenant = 'default'

/** Who sends a request, and what it may do. */
export interface Caller {
  readonly tenant: string
  /** Null while no authentication is configured. */
  readonly client: string | null
  /** A job's own token reads, watches and cancels that job and nothing else; null for any other. */
  readonly jobToken: string | null
  /** The one channel that a ticket opens, which is all that it does; null for any other. */
  readonly ticket: string | null
}

/** Whether a caller may be told what is on this channel, as far as that hangs on a ticket. */
export const opens = ({ ticket }: Pick<Caller, 'ticket'>, channel: string): boolean =>
  ticket === null || ticket === channel
