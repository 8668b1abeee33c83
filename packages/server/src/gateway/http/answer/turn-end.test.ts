import { expect, it } from 'vitest'
import { createTurnEnd } from './turn-end.ts'

it('comes once for all who wait in one turn, in their order, and anew for those of the next', async () => {
  const soon: (() => void)[] = []
  const turnEnd = createTurnEnd((callback) => void soon.push(callback))
  const done: string[] = []
  const wait = (name: string) => turnEnd().then(() => done.push(name))
  const first = [wait('a'), wait('b')]
  await Promise.resolve()
  expect([soon.length, done]).toEqual([1, []])
  soon.shift()?.()
  const second = wait('c')
  await Promise.all(first)
  expect([soon.length, done]).toEqual([1, ['a', 'b']])
  soon.shift()?.()
  await second
  expect(done).toEqual(['a', 'b', 'c'])
})
