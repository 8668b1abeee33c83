import { expect, it } from 'vitest'
import { createLoopWatch } from './loop-watch.ts'

/** A clock whose timers fire by hand, as late as the test wants. */
function createHeldClock() {
  let time = 0
  let timer: { readonly at: number; readonly callback: () => void } | null = null
  return {
    now: () => time,
    monotonic: () => time,
    after(delayMs: number, callback: () => void) {
      timer = { at: time + delayMs, callback }
      return () => {
        timer = null
      }
    },
    get waiting() {
      return timer !== null
    },
    fire(lateMs: number) {
      const due = timer
      time = (due?.at ?? time) + lateMs
      timer = null
      due?.callback()
    },
  }
}

it('names what ran and the fix when the loop was blocked, once for each block', () => {
  const clock = createHeldClock()
  const lines: { fields: object; message: string }[] = []
  const note = (fields: object, message: string) => void lines.push({ fields, message })
  let running = ['hash-passwords']
  const watch = createLoopWatch({
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    running: () => running,
  })
  for (const lateMs of [0, 5, 1_000, 1_234, 0]) clock.fire(lateMs)
  running = []
  clock.fire(3_000)
  expect(lines.map(({ fields }) => fields)).toEqual([
    { blockedMs: 1_234, operations: ['hash-passwords'] },
    { blockedMs: 3_000, operations: [] },
  ])
  expect(lines[0]?.message).toContain('hash-passwords')
  expect(lines[0]?.message).toContain('`thread: true`')
  watch[Symbol.dispose]()
  expect(clock.waiting).toBe(false)
})
