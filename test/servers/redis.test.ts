import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startRedis } from './redis.ts'

async function ask(url: string, command: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(`${command}\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString('latin1')
}

test('a Redis of its own answers, with its settings, and is gone afterwards', async () => {
  let url = ''
  {
    await using redis = await startRedis({ settings: { appendonly: 'yes', appendfsync: 'always' } })
    url = redis.url
    expect(await ask(url, 'PING')).toBe('+PONG\r\n')
    expect(await ask(url, 'CONFIG GET appendfsync')).toContain('always')
  }
  await expect(ask(url, 'PING')).rejects.toThrow('ECONNREFUSED')
})
