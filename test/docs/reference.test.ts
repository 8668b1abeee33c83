import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { problems } from '@buzzer/contract'
import { referencePages } from '../../scripts/reference/pages.ts'
import { root } from './support/pages.ts'

const folder = join(root, 'docs/reference')
const made = await referencePages()

test.each([...made])(
  'docs/reference/%s is what the code says; else run npm run docs',
  async (name, text) => {
    expect(await readFile(join(folder, name), 'utf8')).toBe(text)
  },
)

test('nothing else lies there', async () => {
  expect((await readdir(folder)).toSorted()).toEqual([...made.keys()].toSorted())
})

test('the pages have what they are for', () => {
  const errors = made.get('errors.md') ?? ''
  expect(errors.match(/^\| `/gm)).toHaveLength(Object.keys(problems).length)
  expect(made.get('command-line.md')).toContain('### buzzer jobs retry')
  expect(made.get('configuration.md')).toContain(
    '| `limits.body` | `BUZZER_LIMITS_BODY` |  | `1mb` |',
  )
  expect(made.get('http-api.md')).toContain('### POST /v1/jobs/{id}/cancel')
  expect(made.get('metrics.md')).toContain('`buzzer_jobs`')
  expect(made.get('events.md')).toContain('`dev.buzzer.job.output`')
  expect(made.get('handler.md')).toContain('### progress')
  expect(made.get('client.md')).toContain('### deadLetters')
})
