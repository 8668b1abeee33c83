import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import process from 'node:process'
import { openLedger } from './ledger.ts'
import { cards, type Payment } from './payment.ts'

/**
 * A small bank. It charges at most once for each `Idempotency-Key`, as banks do, takes a moment for
 * it, and goes wrong with some cards. `GET /charges` shows what it has done.
 */

const workMs = 100
const ledger = openLedger(process.env['LEDGER'] ?? 'ledger.jsonl')
const asked = new Map<string, number>()
const atWork = new Map<string, number>()
const mostAtOnce = new Map<string, number>()

async function charge(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') return answer(response, 400, { error: 'a key is required' })
  const payment = (await json(request)) as Payment
  const times = (asked.get(key) ?? 0) + 1
  asked.set(key, times)
  if (payment.card === cards.busy && times === 1) {
    response.setHeader('retry-after', '1')
    return answer(response, 503, { error: 'busy' })
  }
  await work(payment.account)
  if (payment.card === cards.declined) return answer(response, 402, { error: 'declined' })
  const charged = ledger.find(key) ?? ledger.add(key, payment)
  if (payment.card === cards.unlucky && times === 1) return void response.destroy()
  answer(response, 201, charged)
}

/** Charging takes time, and the bank counts how much it does at once for each account. */
async function work(account: string): Promise<void> {
  const now = (atWork.get(account) ?? 0) + 1
  atWork.set(account, now)
  mostAtOnce.set(account, Math.max(now, mostAtOnce.get(account) ?? 0))
  await sleep(workMs)
  atWork.set(account, (atWork.get(account) ?? 1) - 1)
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const tried = [...asked.values()].reduce((sum, times) => sum + times, 0)
    const most = Object.fromEntries(mostAtOnce)
    answer(response, 200, { charges: ledger.all(), tried, mostAtOnce: most })
  } else {
    charge(request, response).catch(() => response.destroy())
  }
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`Bank listening on http://127.0.0.1:${port}\n`)
})

const stop = (): void => {
  server.close()
  server.closeAllConnections()
  if (process.connected) process.disconnect()
}
process.once('SIGTERM', stop)
process.once('disconnect', stop)
