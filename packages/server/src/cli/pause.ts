import { setTimeout } from 'node:timers/promises'

/** Waits. @throws the reason of the signal where it aborts first */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await setTimeout(ms, undefined, { signal })
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  }
}
