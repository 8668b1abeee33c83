import { expect, it } from 'vitest'
import { minuteMs, type OpenStore } from './sample.ts'

const keep = {
  jobsMs: minuteMs,
  tombstonesMs: minuteMs,
  eventsMs: minuteMs,
  deliveriesMs: minuteMs,
}
const id = 'tkt_00000000000000000000000001'

export function ticketSuite(open: OpenStore): void {
  it('keeps the first use, after which every later one counts', async () => {
    await using store = await open()
    expect(await store.tickets.use(id, Date.now() + minuteMs)).toBe(true)
    // The time for the first use is over by now.
    expect(await store.tickets.use(id, Date.now() - minuteMs)).toBe(true)
  })

  it('takes no first use that comes too late, and keeps nothing of it', async () => {
    await using store = await open()
    for (let count = 0; count < 2; count += 1) {
      expect(await store.tickets.use(id, Date.now() - minuteMs)).toBe(false)
    }
  })

  it('forgets one that nobody used for long', async () => {
    await using store = await open()
    await store.tickets.use(id, Date.now() + minuteMs)
    await store.upkeep.retain(keep, 10)
    expect(await store.tickets.use(id, 0)).toBe(true)
    await store.upkeep.retain({ ...keep, tombstonesMs: -minuteMs }, 10)
    expect(await store.tickets.use(id, 0)).toBe(false)
  })
}
