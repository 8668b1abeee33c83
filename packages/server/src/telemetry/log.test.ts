import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLog, type LogLevel } from './log.ts'
import { redact } from './redact.ts'

function open(level: LogLevel = 'debug') {
  const lines: string[] = []
  const log = createLog({
    level,
    destination: { write: (line) => void lines.push(line) },
    fields: { node: 'node-1' },
  })
  return {
    log,
    read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    lines,
  }
}

describe('the log', () => {
  it('writes one line of JSON for each call, with level, time and what every line carries', () => {
    const { log, read } = open()
    log.info({ operation: 'render-report', ms: 12 }, 'a job succeeded')
    log.error({ err: new Error('broken', { cause: new Error('disk') }) }, 'a fault')
    const [first, second] = read()
    expect(first).toMatchObject({
      level: 'info',
      node: 'node-1',
      operation: 'render-report',
      ms: 12,
      msg: 'a job succeeded',
    })
    expect(first?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(second).toMatchObject({ level: 'error', err: { type: 'Error' } })
    expect(JSON.stringify(second)).toContain('disk')
  })

  it('keeps to its level', () => {
    const { log, read } = open('warn')
    log.debug({}, 'd')
    log.info({}, 'i')
    log.warn({}, 'w')
    log.error({}, 'e')
    expect(read().map(({ msg }) => msg)).toEqual(['w', 'e'])
  })

  it.each([
    [{ authorization: 'hunter2' }],
    [{ request: { headers: { Authorization: 'Bearer hunter2' } } }],
    [
      {
        headers: [
          ['authorization', 'hunter2'],
          ['accept', 'keep-me'],
        ],
      },
    ],
    [{ 'set-cookie': ['hunter2', 'hunter2; Path=/'] }],
    [{ clientSecret: 'hunter2 with "quotes" and \\' }],
    [{ deep: [{ er: { apiKey: 'hunter2' } }] }],
    [{ url: 'https://host/v1/channels/a/events?since=1&ticket=hunter2&limit=5' }],
    [{ note: 'sent Basic hunter2hunter2== along' }],
    [{ err: new Error('401 for bzk_hunter2') }],
    [{ job: { token: 'bzj_hunter2' } }],
    [{ note: 'opened with bzt_hunter2-hunter2' }],
    [{ note: 'nothing that says so but its form' }],
    [{ api_key: 'hunter2' }],
    [{ url: 'https://host/token?client_secret=hunter2&code=keep-me' }],
    [{ url: 'https://host/old?api-key=hunter2' }],
  ])('never holds a secret: %j', (fields) => {
    const { log, lines, read } = open()
    log.info({ ...fields, kept: 'keep-me' }, 'whsec_hunter2 in the message')
    expect(lines.join('')).not.toContain('hunter2')
    expect(lines.join('')).toContain('keep-me')
    expect(read()).toHaveLength(1)
  })

  it('redacts without breaking the line, whatever it holds', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, text) => {
        const line = JSON.stringify({ any: JSON.parse(json) as unknown, token: text, [text]: text })
        const redacted = JSON.parse(redact(line)) as Record<string, unknown>
        expect(redacted['token']).toBe('[redacted]')
      }),
    )
  })
})
