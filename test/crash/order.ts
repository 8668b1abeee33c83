/** What is asked of a job in the crash test. */
export interface Order {
  /** Its number, unique over all; its result says it again. */
  readonly n: number
  readonly takesMs?: number
  /** How many pieces of output it makes. */
  readonly pieces?: number
  /** In its first run; later ones succeed. */
  readonly fails?: 'at first' | 'always' | 'for good'
}

/** What a handler writes down when it starts and when it ends, whatever becomes of it then. */
export interface RunLine {
  readonly what: 'start' | 'end'
  readonly job: string
  readonly run: number
  readonly attempt: number
  readonly key: string | null
  readonly n: number
  /** In milliseconds since 1970. */
  readonly at: number
}
