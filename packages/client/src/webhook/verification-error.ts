/** What is wrong with a webhook that was received. */
export type WebhookFault =
  /** One of the three headers is not there. */
  | 'missing-header'
  /** A header says what none of ours says: too long, more than once, or with other characters. */
  | 'bad-header'
  /** The timestamp is no number of seconds. */
  | 'bad-timestamp'
  /** It was sent longer ago than is tolerated: somebody may be sending it again. */
  | 'too-old'
  /** It comes from the future: one of the two clocks is wrong. */
  | 'too-new'
  /** Nobody who has the secret, or the private key, signed this id, timestamp and body. */
  | 'no-matching-signature'
  /** It is signed, and is no JSON. */
  | 'malformed-body'

/** A request that is not what Buzzer sent. Answer it with 400, and do nothing else with it. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly code: WebhookFault

  constructor(code: WebhookFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
