/** An endpoint that came with a request, for one job or batch. */
export interface Callback {
  readonly url: string
  readonly events: CallbackEvents
  /** Sealed; null where it is signed with the tenant's key alone. */
  readonly sealedSecret: string | null
}

/** The same before it is stored, with the secret as it came. */
export interface CallbackWish {
  readonly url: string
  readonly events: CallbackEvents
  /** `whsec_…`; null for none. */
  readonly secret: string | null
}

/** The outcome; every change of state; also progress and output. */
export const callbackEvents = ['final', 'states', 'all'] as const
export type CallbackEvents = (typeof callbackEvents)[number]
