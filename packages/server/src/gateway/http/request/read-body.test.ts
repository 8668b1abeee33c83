import { gather } from '../../../core/spool.ts'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, it } from 'vitest'
import type { Body } from '../../../core/payload.ts'
import { createVirtualClock } from '../../../engine/testing/virtual-clock.ts'
import { everythingElse } from '../endpoint.ts'
import type { BodyPlan } from './body-plan.ts'
import { BodyRefused } from './body-refused.ts'
import { createBodyReader, patienceMs, type BodyReader } from './read-body.ts'

const mib = 1_048_576

function open(plan: Partial<BodyPlan> = {}) {
  const clock = createVirtualClock()
  const written: number[] = []
  const read = createBodyReader(
    {
      clock,
      limits: { bodyBytes: mib },
      engine: {
        blobs: {
          async write(source, { maxBytes }) {
            written.push((await gather(source, maxBytes)).byteLength)
            return { id: `blb_${written.length}`, size: written.at(-1) ?? 0, sha256: '' }
          },
        },
      },
    },
    () => ({
      maxBytes: 32 * mib,
      apart: false,
      tooLarge: () => ({ code: 'payload-too-large', detail: '' }),
      ...plan,
    }),
  )
  return { clock, written, send: (announced?: number) => sendTo(read, announced) }
}

/** What of an exchange is not looked at while its body comes. */
const nobody = { endpoint: everythingElse, params: {} }

/** A body whose bytes come when a test says so. */
function sendTo(read: BodyReader, announced = 8 * mib) {
  const payload = new IncomingMessage(new Socket())
  const { promise, resolve, reject } = Promise.withResolvers<Body | undefined>()
  payload.headers['content-length'] = String(announced)
  const exchange = { ...nobody, request: payload, response: new ServerResponse(payload) }
  read(exchange, (fault, body) => (fault === null ? resolve(body) : reject(fault)))
  // What a test does not wait for is no fault of its own.
  promise.catch(() => undefined)
  return {
    promise,
    push: (bytes: number) => void payload.push(Buffer.alloc(bytes)),
    end: () => void payload.push(null),
  }
}

const refused = (code: string) =>
  expect.objectContaining({
    name: BodyRefused.name,
    problem: expect.objectContaining({ code }) as object,
  }) as Error

it.each([true, false])('gives up on a body that drips (apart: %s)', async (apart) => {
  const { clock, send } = open({ apart })
  const body = send()
  for (let waitedMs = 0; waitedMs < patienceMs(200); waitedMs += 1_000) {
    body.push(1)
    await clock.advance(1_000)
  }
  await clock.advance(20_000)
  await expect(body.promise).rejects.toEqual(refused('request-timeout'))
  expect(clock.pending).toBe(0)
})

it('takes as long as a body needs that comes fast enough', async () => {
  const { clock, send } = open()
  const body = send()
  // At the least speed, for three times as long as without a byte.
  for (let second = 0; second < 180; second += 1) {
    body.push(131_072)
    await clock.advance(1_000)
  }
  body.end()
  expect(await body.promise).toHaveLength(180 * 131_072)
  expect(clock.pending).toBe(0)
})

it('bounds what comes in whole at the same time, and nobody who was there before', async () => {
  const { clock, send } = open()
  const first = Array.from({ length: 16 }, () => send())
  for (const body of first) body.push(8 * mib - 1)
  await clock.advance(1)
  const late = send()
  late.push(mib)
  await expect(late.promise).rejects.toEqual(refused('overloaded'))
  for (const body of first) body.end()
  for (const { promise } of first) expect(await promise).toHaveLength(8 * mib - 1)
  // There is room again.
  const next = send()
  next.push(mib)
  next.end()
  expect(await next.promise).toHaveLength(mib)
})

it('takes one that is larger than that bound where it is allowed', async () => {
  const { send } = open({ maxBytes: 160 * mib })
  const body = send(150 * mib)
  for (let pushed = 0; pushed < 150; pushed += 1) body.push(mib)
  body.end()
  expect(await body.promise).toHaveLength(150 * mib)
})

it('has no such bound for what is kept apart as it comes', async () => {
  const { written, send } = open({ apart: true })
  const bodies = Array.from({ length: 20 }, () => send())
  for (const body of bodies) body.push(8 * mib)
  for (const body of bodies) body.end()
  for (const { promise } of bodies) expect(await promise).toMatchObject({ size: 8 * mib })
  expect(written).toHaveLength(20)
})
