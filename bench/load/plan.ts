/** What a load process is asked to do. */
export interface Plan {
  readonly port: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Connections, each with one request under way at a time. */
  readonly connections: number
  /** Answered like the rest, and not counted. */
  readonly warmUpMs: number
  readonly measuredMs: number
  /** Puts another Idempotency-Key, a random UUID, on every request. */
  readonly distinctKeys: boolean
  /** Any other status counts as an error. */
  readonly expectStatus: number
}

/** What came of it. Latencies are from writing a request to its last byte of answer. */
export interface Load {
  /** When the first request was about to be sent, in milliseconds since 1970. */
  readonly startedAt: number
  /** Answers as expected within the measured time. */
  readonly answers: number
  /** Answers as expected over the whole run, warm-up included. */
  readonly answersInAll: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Other answers, by status, and broken connections under 0. */
  readonly errors: Readonly<Record<number, number>>
  /** The share of one core that the load itself took; near 1 it is the bottleneck. */
  readonly cpuShare: number
}
