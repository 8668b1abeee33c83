import { createIdSource } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTickets } from './ticket.ts'

const used: string[] = []

function open(secret: string, now = () => 1_000) {
  const ids = createIdSource(now, (count) => new Uint8Array(count))
  return createTickets({
    secret: Buffer.from(secret),
    ids,
    clock: { now },
    used: {
      async use(id) {
        used.push(id)
        return true
      },
    },
  })
}

const grant = { channel: 'quotes.ACME', tenant: 'default', client: null, byJobToken: false }

it('says what it was given for, and by when it has to be used', async () => {
  const tickets = open('a secret of this server')
  const { text, firstUseBy } = tickets.issue({ ...grant, client: 'é', byJobToken: true })
  expect(text).toMatch(/^bzt_[\w-]+$/)
  const ticket = tickets.read(text)
  expect(ticket).toEqual({
    ...grant,
    client: 'é',
    byJobToken: true,
    id: expect.stringMatching(/^tkt_/),
    firstUseBy,
  })
  expect(firstUseBy).toBe(61_000)
  if (ticket !== null) expect(await tickets.use(ticket)).toBe(true)
  expect(used).toEqual([ticket?.id])
})

it('is read by no server with another key, and not with one character changed', () => {
  const tickets = open('a secret of this server')
  const { text } = tickets.issue(grant)
  expect(open('another secret of another').read(text)).toBeNull()
  fc.assert(
    fc.property(fc.nat(text.length - 2), fc.constantFrom('A', 'b', '_', '-', ''), (at, other) => {
      const changed = text.slice(0, at) + other + text.slice(at + 1)
      // Of the last character of the signature not all bits count.
      const isSame = tickets.read(changed) !== null
      expect(isSame && changed.slice(47) !== text.slice(47)).toBe(false)
      if (at < 4) expect(isSame).toBe(changed === text)
    }),
  )
  expect(tickets.read('')).toBeNull()
  expect(tickets.read(`${text}\n`)).toBeNull()
})
