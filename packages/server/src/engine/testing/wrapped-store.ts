import type { Store } from '../../ports/store.ts'

/** Stands around every call of a store; named by role and method, as `leases.claim`. */
export type Around = <Answer>(
  name: string,
  call: () => Promise<Answer>,
  args: readonly unknown[],
) => Promise<Answer>

/** The same store, with something around each of its calls. */
export const wrapStore = (store: Store, around: Around): Store => ({
  intake: wrapRole('intake', store.intake, around),
  leases: wrapRole('leases', store.leases, around),
  jobs: wrapRole('jobs', store.jobs, around),
  payloads: wrapRole('payloads', store.payloads, around),
  upkeep: wrapRole('upkeep', store.upkeep, around),
  schedules: wrapRole('schedules', store.schedules, around),
  deadLetters: wrapRole('deadLetters', store.deadLetters, around),
  // Their reads are streams, which nothing can stand around.
  blobs: store.blobs,
  mentions: wrapRole('mentions', store.mentions, around),
  batches: wrapRole('batches', store.batches, around),
  events: wrapRole('events', store.events, around),
  tickets: wrapRole('tickets', store.tickets, around),
  endpoints: wrapRole('endpoints', store.endpoints, around),
  fanOut: wrapRole('fanOut', store.fanOut, around),
  deliveries: wrapRole('deliveries', store.deliveries, around),
  definitions: wrapRole('definitions', store.definitions, around),
  [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
})

const wrapRole = <Role extends object>(name: string, role: Role, around: Around): Role =>
  new Proxy(role, {
    get(target, method) {
      const own = Reflect.get(target, method) as (...args: unknown[]) => Promise<unknown>
      return (...args: unknown[]) =>
        around(`${name}.${String(method)}`, () => Reflect.apply(own, target, args), args)
    },
  })
