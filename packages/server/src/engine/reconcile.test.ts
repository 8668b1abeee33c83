import { expect, it } from 'vitest'
import { createReconciler } from './reconcile.ts'
import { createRecordingLog } from './testing/recording.ts'
import { createVirtualClock, promisesDone } from './testing/virtual-clock.ts'
import type { EngineContext } from './context.ts'

it('tells at the start and every ten minutes what must not be', async () => {
  const clock = createVirtualClock()
  const log = createRecordingLog()
  let findings = ['two jobs of one key are let go: job_1']
  const store = { upkeep: { audit: async () => findings } }
  const reconciler = createReconciler({ clock, log, store } as unknown as EngineContext)
  await clock.advance(0)
  expect(log.lines).toMatchObject([{ level: 'error', fields: { finding: findings[0] } }])
  await clock.advance(599_999)
  expect(log.lines).toHaveLength(1)
  findings = []
  await clock.advance(1)
  findings = ['a running job has no lease: job_2']
  await clock.advance(600_000)
  expect(log.lines).toHaveLength(2)
  await reconciler.stop()
  await promisesDone()
  expect(clock.pending).toBe(0)
})
