import type { Ended } from './command.ts'

/** What a step came to. */
export interface Verdict {
  readonly passed: number
  readonly failed: number
  /** What a person should know, also where all is well: what was skipped, and why. */
  readonly notes: readonly string[]
}

export interface SuiteOptions {
  /** In CI a test may only be skipped where its name says why. */
  readonly ci: boolean
}

/** The part of vitest's JSON report that is read here; it follows the one of Jest. */
interface Report {
  readonly testResults: readonly FileResult[]
}

interface FileResult {
  readonly name: string
  readonly status: string
  readonly assertionResults: readonly TestResult[]
}

interface TestResult {
  readonly fullName: string
  readonly status: string
}

const saysWhy = /\bskipped because \S/

export const judgeCheck = ({ code }: Ended): Verdict =>
  code === 0 ? { passed: 1, failed: 0, notes: [] } : { passed: 0, failed: 1, notes: [] }

/**
 * Counts the tests of a suite.
 *
 * @param json vitest's report, or null where it did not come to write one
 */
export function judgeSuite(ended: Ended, json: string | null, { ci }: SuiteOptions): Verdict {
  const report = json === null ? null : readReport(json)
  if (report === null) return { passed: 0, failed: 1, notes: ['the runner wrote no report'] }

  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const withStatus = (status: string) => tests.filter((test) => test.status === status)
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const refused = ci ? skipped.filter(({ fullName }) => !saysWhy.test(fullName)) : []
  const passed = withStatus('passed').length
  const failed = withStatus('failed').length + brokenFiles(report) + refused.length

  const notes = skipped.map((test) =>
    refused.includes(test) ? `skipped without a reason: ${test.fullName}` : test.fullName,
  )
  if (passed + failed === 0) return { passed, failed: 1, notes: [...notes, 'no test ran'] }
  if (failed > 0 || ended.code === 0) return { passed, failed, notes }
  return { passed, failed: 1, notes: [...notes, 'all tests passed, but the runner failed'] }
}

/** Files that failed before their tests were known, or in a hook that belongs to none. */
const brokenFiles = ({ testResults }: Report): number =>
  testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  ).length

function readReport(json: string): Report | null {
  try {
    const value: unknown = JSON.parse(json)
    return isReport(value) ? value : null
  } catch {
    // The runner was stopped while it wrote.
    return null
  }
}

const isReport = (value: unknown): value is Report =>
  typeof value === 'object' &&
  value !== null &&
  'testResults' in value &&
  Array.isArray(value.testResults)
