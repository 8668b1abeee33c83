import { useMemo, useSyncExternalStore } from 'react'
import type { JobHandle } from '../job-handle.ts'
import { jobStore, noJob, type JobView } from './job-view.ts'
import { createStore } from './store.ts'

interface JobSource {
  job(id: string): JobHandle
}

/**
 * Shows a job as it goes on. The stream of its events is open while the component is there.
 *
 * @param job its id or handle; null where there is none yet
 */
export function useJob<Output = unknown>(
  client: JobSource,
  job: string | JobHandle<Output> | null,
): JobView<Output> {
  const id = typeof job === 'object' ? (job?.id ?? null) : job
  // By the id and not by the handle: a component may make one each time that it is drawn.
  const store = useMemo(() => {
    if (job === null) return createStore<JobView<Output>>(noJob, async () => {})
    return jobStore(typeof job === 'string' ? (client.job(job) as JobHandle<Output>) : job)
  }, [client, id])
  return useSyncExternalStore(store.subscribe, store.get, store.get)
}
