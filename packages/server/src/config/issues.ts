import { ConfigError, type ConfigIssue } from '../define/errors.ts'

export const issueIf = (wrong: boolean, path: string, detail: string): readonly ConfigIssue[] =>
  wrong ? [{ path, detail }] : []

/** What a check that throws has to say. */
export function issuesOf(check: () => unknown): readonly ConfigIssue[] {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.issues
    throw error
  }
}
