import { createClient } from '@buzzer/client'
import { expect, test } from 'vitest'
import { writeText } from '../../examples/report/write-text.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { runExample } from './support/run-example.ts'

const config = new URL('../../examples/report/buzzer.config.ts', import.meta.url)

test('a report is read whole over a cut line, and one that is cancelled stops', async () => {
  await using data = await temporaryFolder('report')
  const { code, output } = await runExample('report', ['--data', data.path], { WORD_MS: '5' })
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toContain('the line is cut')
  expect(output).toMatch(/this reader leaves at cursor \d+; another goes on/)
  expect(output).toContain('read whole: no word is missing, none came twice')
  expect(output).toMatch(/the job is cancelled after \d+ words/)

  await using server = await startServer({ config, data: data.path })
  const client = createClient({ url: server.url })
  const [cancelled, read] = (await client.jobs.list()).jobs
  expect([read?.state, cancelled?.state]).toEqual(['succeeded', 'cancelled'])
  const whole = [...writeText(11, 180)]
  expect(await client.job(read?.id ?? '').result()).toEqual({
    words: whole.length,
    text: whole.join(''),
  })
  // The text that was printed is the text, less what was said in between.
  const [first = ''] = output.split('read whole')
  const printed = first.replaceAll(/\n-- .*?(?: --\n|$)/gs, '').replace(/^[\s\S]*?(?=The )/, '')
  expect(printed.trim()).toBe(whole.join(''))
  expect(cancelled?.progress?.percent).toBeLessThan(90)
})

test('the same month is the same text, and another month another', () => {
  const text = (seed: number): string => [...writeText(seed, 100)].join('')
  expect(text(3)).toBe(text(3))
  expect(text(3)).not.toBe(text(4))
  expect(text(3)).toMatch(/^The harbour .*\.$/)
})
