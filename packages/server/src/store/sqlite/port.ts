import type { Store } from '../../ports/store.ts'
import type { Caller } from './caller.ts'
import { codecs } from './codecs.ts'

/** The port's methods over one wire. */
export const createStore = ({ call }: Pick<Caller, 'call'>, close: () => Promise<void>): Store => ({
  intake: {
    accept: (command) => call(codecs.accept, command),
  },
  leases: {
    serve: (node, terms) => call(codecs.serve, { node, terms }),
    claim: (request) => call(codecs.claim, request),
    settle: (settlement) => call(codecs.settle, settlement),
    note: (note) => call(codecs.note, note),
    inspect: (held) => call(codecs.inspect, held),
  },
  jobs: {
    read: (id) => call(codecs.read, id),
    list: (query) => call(codecs.list, query),
    cancel: (tenant, id) => call(codecs.cancel, { tenant, id }),
    retry: (tenant, id) => call(codecs.retry, { tenant, id }),
    erase: (tenant, id) => call(codecs.erase, { tenant, id }),
    surroundings: ({ id, operation, key }) => call(codecs.surroundings, { id, operation, key }),
  },
  payloads: {
    input: (id) => call(codecs.input, id),
    result: (id) => call(codecs.result, id),
    pieces: (id, since, limit) => call(codecs.pieces, { id, since, limit }),
    failures: (id) => call(codecs.failures, id),
  },
  upkeep: {
    rescue: (limit) => call(codecs.rescue, limit),
    retain: (retention, limit) => call(codecs.retain, { retention, limit }),
    depths: () => call(codecs.depths, null),
    audit: () => call(codecs.audit, null),
    ping: async () => {
      await call(codecs.ping, null)
    },
  },
  [Symbol.asyncDispose]: close,
})
