/** An error as it is shown. */
export interface Explained {
  readonly code: string
  readonly exitCode: number
  readonly what: string
  readonly why: readonly string[]
  readonly fix: string | null
  /** A page that says more. */
  readonly page: string | null
  /** What programs are told besides. */
  readonly more?: Readonly<Record<string, number | null>>
}
