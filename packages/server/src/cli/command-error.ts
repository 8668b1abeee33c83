/** What the process says when it ends (PROTOCOL.md, section 10). */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  interrupted: 130,
} as const

export interface CommandErrorOptions extends ErrorOptions {
  /** In kebab-case, for programs. */
  readonly code: string
  readonly exitCode?: number
  /** Lines that say more. */
  readonly why?: readonly string[]
  /** A command, or what to write. */
  readonly fix?: string | null
}

/** A command cannot do what it was asked, for a reason that its user can do something about. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: string
  readonly exitCode: number
  readonly why: readonly string[]
  readonly fix: string | null

  constructor(what: string, options: CommandErrorOptions) {
    super(what, options)
    this.code = options.code
    this.exitCode = options.exitCode ?? exitCodes.failed
    this.why = options.why ?? []
    this.fix = options.fix ?? null
  }
}

export const usageError = (what: string, fix: string | null = null): CommandError =>
  new CommandError(what, { code: 'wrong-usage', exitCode: exitCodes.usage, fix })
