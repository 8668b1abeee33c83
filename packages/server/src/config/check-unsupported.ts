import type { ConfigIssue } from '../define/errors.ts'
import { isRecord } from './check-keys.ts'

/** Who writes one of these relies on it, so that it is refused rather than ignored. */
export function checkUnsupported(file: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  const asked = ['mqtt'].filter((name) => asksFor(file[name]))
  return asked.map((path) => ({ path, detail: 'this is not supported yet; leave it out' }))
}

const asksFor = (value: unknown): boolean =>
  value !== undefined && value !== null && !(isRecord(value) && Object.keys(value).length === 0)
