import { performance, type EventLoopUtilization } from 'node:perf_hooks'

/** @returns what tells the share of its time that the event loop has worked since it was last asked */
export function createBusyShare(): () => number {
  let last: EventLoopUtilization = performance.eventLoopUtilization()
  return () => {
    const now = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(now, last)
    last = now
    return utilization
  }
}
