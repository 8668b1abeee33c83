import { describe, expect, test } from 'vitest'
import { createOutbound } from '../../outbound/outbound.ts'
import { answer, startRawServer } from '../../outbound/testing/raw-server.ts'
import { realClock } from '../../outbound/testing/real-clock.ts'
import { createWebhookHandshake } from './handshake.ts'

const ask = async (text: string, ratePerMinute: number | null = null) => {
  await using server = await startRawServer((socket) => void socket.write(text))
  await using outbound = createOutbound({ allow: ['127.0.0.1'], clock: realClock })
  const parts = { outbound, userAgent: 'Buzzer/0.0.0', origin: 'buzzer.example' }
  const said = await createWebhookHandshake(parts).ask({
    url: `${server.url}/hook?a=b`,
    headers: [
      ['Authorization', 'Bearer x'],
      ['webhook-request-origin', 'forged'],
    ],
    ratePerMinute,
    timeoutMs: 5_000,
    signal: new AbortController().signal,
  })
  return { said, received: server.received }
}
const allowed = (...headers: string[]) => answer('200 OK', '', headers)

describe('a handshake', () => {
  test('asks the very URL with OPTIONS, by name and with the rate that is wished for', async () => {
    const { received } = await ask(allowed(), 120)
    expect(received.split('\r\n').slice(0, 1)).toEqual(['OPTIONS /hook?a=b HTTP/1.1'])
    expect(received).toContain('\r\nwebhook-request-origin: buzzer.example\r\n')
    expect(received).toContain('\r\nwebhook-request-rate: 120\r\n')
    expect(received).toContain('\r\nAuthorization: Bearer x\r\n')
    expect(received).not.toContain('forged')
  })

  test.each<[origin: string, rate: string | null, asked: number | null, granted: number | null]>([
    ['*', '*', 120, null],
    ['buzzer.example', '100', 120, 100],
    ['BUZZER.example', '100', null, 100],
    ['*', null, null, null],
  ])('is granted by %j at %j', async (origin, rate, asked, granted) => {
    const headers = [`WebHook-Allowed-Origin: ${origin}`]
    if (rate !== null) headers.push(`WebHook-Allowed-Rate: ${rate}`)
    const { said } = await ask(allowed(...headers), asked)
    expect(said).toEqual({ kind: 'granted', ratePerMinute: granted })
  })

  test('is granted whatever the status is', async () => {
    const { said } = await ask(answer('405 No', '', ['webhook-allowed-origin: *']))
    expect(said).toEqual({ kind: 'granted', ratePerMinute: null })
  })

  test.each([
    [allowed(), 'without WebHook-Allowed-Origin'],
    [answer('405 Not Allowed'), 'OPTIONS with 405'],
    [allowed('webhook-allowed-origin: other.example'), 'other.example'],
    [allowed('webhook-allowed-origin: *'), 'WebHook-Allowed-Rate'],
    [allowed('webhook-allowed-origin: *', 'webhook-allowed-rate: 0'), 'no number'],
    [allowed('webhook-allowed-origin: *', 'webhook-allowed-rate: 1e3'), 'no number'],
    ['nonsense\r\n\r\n', 'not HTTP'],
  ])('is refused by %j', async (text, reason) => {
    const { said } = await ask(text, 60)
    expect(said).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(reason) as string,
    })
  })
})
