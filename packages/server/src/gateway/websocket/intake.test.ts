import { expect, test } from 'vitest'
import { bytesAtMost, createIntake, unansweredAtMost } from './intake.ts'

function open() {
  const told: string[] = []
  const handled: string[] = []
  let answers = 0
  const intake = createIntake({
    wire: { pause: () => void told.push('pause'), resume: () => void told.push('resume') },
    outbox: () => ({ answers: () => answers, characters: () => answers }),
    handle(message) {
      handled.push(message.toString('utf8', 0, 10))
      intake.began(message.length)
    },
  })
  return { intake, told, handled, answers: (count: number) => (answers = count) }
}

test('no more is taken in than is answered, and what was read already waits in order', () => {
  const { intake, told, handled } = open()
  for (let at = 0; at < 5_000; at += 1) intake.take(Buffer.from(String(at)))
  expect(handled).toHaveLength(unansweredAtMost)
  expect([told, intake.isReading()]).toEqual([['pause'], false])
  for (let at = 0; at <= unansweredAtMost / 2; at += 1) intake.ended(1)
  expect(handled).toHaveLength(unansweredAtMost * 1.5 + 1)
  expect(told).toEqual(['pause', 'pause'])
  for (let at = 0; at < 5_000; at += 1) intake.ended(1)
  expect(handled).toEqual(Array.from({ length: 5_000 }, (_, at) => String(at)))
  expect(told.at(-1)).toBe('resume')
})

test('large ones are fewer, so that what they brought has a bound', () => {
  const { intake, told, handled } = open()
  const large = Buffer.alloc(bytesAtMost / 8)
  for (let at = 0; at < 20; at += 1) intake.take(large)
  expect([handled.length, told]).toEqual([8, ['pause']])
  for (let at = 0; at < 5; at += 1) intake.ended(large.length)
  expect(handled).toHaveLength(13)
  for (let at = 0; at < 15; at += 1) intake.ended(large.length)
  expect([handled.length, told.at(-1)]).toEqual([20, 'resume'])
})

test('answers that the other side does not take count as well', () => {
  const { intake, told, answers } = open()
  answers(unansweredAtMost)
  intake.take(Buffer.from('a'))
  expect(told).toEqual(['pause'])
  answers(0)
  intake.sent()
  expect(told).toEqual(['pause', 'resume'])
})

test('nothing is handled after the end', () => {
  const { intake, handled } = open()
  intake.end()
  intake.take(Buffer.from('a'))
  expect(handled).toEqual([])
})
