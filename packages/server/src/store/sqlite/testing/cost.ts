import { StatementSync } from 'node:sqlite'
import { vi } from 'vitest'

/** Which statements it runs and how many rows they give. */
export async function costOf(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const calls: Record<string, number> = {}
  const count = (name: string, by: number): void => {
    calls[name] = (calls[name] ?? 0) + by
  }
  const { all, get, run } = StatementSync.prototype
  vi.spyOn(StatementSync.prototype, 'all').mockImplementation(function (
    this: StatementSync,
    ...args
  ) {
    const rows = all.apply(this, args)
    count(this.sourceSQL, 1 + rows.length)
    return rows
  })
  vi.spyOn(StatementSync.prototype, 'get').mockImplementation(function (
    this: StatementSync,
    ...args
  ) {
    count(this.sourceSQL, 1)
    return get.apply(this, args)
  })
  vi.spyOn(StatementSync.prototype, 'run').mockImplementation(function (
    this: StatementSync,
    ...args
  ) {
    count(this.sourceSQL, 1)
    return run.apply(this, args)
  })
  await work()
  vi.restoreAllMocks()
  return calls
}
