export { RetryableError, TerminalError, type TerminalProblem } from '../core/handler-error.ts'

/** Something in the configuration that is wrong, by where it stands. */
export interface ConfigIssue {
  /** Such as `operations.render-report.wait`. */
  readonly path: string
  /** What is wrong and what to write instead. */
  readonly detail: string
}

export interface ConfigErrorOptions extends ErrorOptions {
  /** What kind of error it is. Default: `config-invalid`. */
  readonly code?: string
  /** What to do about it, such as a command, where that does not stand in the issues. */
  readonly fix?: string
}

/** The configuration cannot be used; all that is wrong with it is told at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly issues: readonly ConfigIssue[]
  readonly code: string
  readonly fix: string | null

  constructor(issues: readonly ConfigIssue[], options: ConfigErrorOptions = {}) {
    super(issues.map(({ path, detail }) => `${path}: ${detail}`).join('\n'), options)
    this.issues = issues
    this.code = options.code ?? 'config-invalid'
    this.fix = options.fix ?? null
  }
}
