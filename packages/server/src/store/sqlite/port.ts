import type { Blobs, Mentions } from '../../ports/blobs.ts'
import type { Store } from '../../ports/store.ts'
import { auditBlobs } from './audit-blobs.ts'
import type { Caller } from './caller.ts'
import { codecs } from './codecs.ts'
import { createDeliveryRoles } from './deliveries/port.ts'

/** The port's methods over one wire. */
export const createStore = (
  { call }: Pick<Caller, 'call'>,
  blobs: Blobs,
  close: () => Promise<void>,
): Store => ({
  intake: {
    accept: (command) => call(codecs.accept, command),
  },
  leases: {
    serve: (node, terms, shares = null) => call(codecs.serve, { node, terms, shares }),
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
    finish: (finish) => call(codecs.finish, finish),
    erase: (tenant, id) => call(codecs.erase, { tenant, id }),
    surroundings: ({ id, tenant, operation, key }) =>
      call(codecs.surroundings, { id, tenant, operation, key }),
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
    audit: async () => [
      ...(await auditRows(call)),
      ...(await auditBlobs(createMentions(call), blobs)),
    ],
    ping: async () => {
      await call(codecs.ping, null)
    },
  },
  definitions: {
    list: () => call(codecs.listDefinitions, null),
    read: (key, version) => call(codecs.readDefinition, { key, version }),
    history: (key) => call(codecs.definitionHistory, key),
    change: (changes) => call(codecs.changeDefinitions, changes),
  },
  deadLetters: {
    list: (query) => call(codecs.listDeadLetters, query),
    groups: (query) => call(codecs.deadLetterGroups, query),
    retry: (command) => call(codecs.retryDeadLetters, command),
    discard: (command) => call(codecs.discardDeadLetters, command),
  },
  schedules: {
    sync: async (defined) => {
      await call(codecs.syncSchedules, defined)
    },
    list: () => call(codecs.listSchedules, null),
    due: (now) => call(codecs.dueSchedules, now),
    fire: (command) => call(codecs.fireSchedule, command),
  },
  batches: {
    accept: (command) => call(codecs.acceptBatch, command),
    read: (id) => call(codecs.readBatch, id),
    cancel: (tenant, id) => call(codecs.cancelBatch, { tenant, id }),
    batchesOf: (job) => call(codecs.batchesOf, job),
  },
  events: {
    read: (tenant, channel, since, limit) =>
      call(codecs.readEvents, { tenant, channel, since, limit }),
    channels: (tenant, after, limit) => call(codecs.listChannels, { tenant, after, limit }),
    publish: (command) => call(codecs.publish, command),
    reserve: (tenant, channel, count) => call(codecs.reserve, { tenant, channel, count }),
  },
  tickets: {
    use: (id, firstUseBy) => call(codecs.useTicket, { id, firstUseBy }),
  },
  ...createDeliveryRoles(call),
  blobs,
  mentions: createMentions(call),
  [Symbol.asyncDispose]: close,
})

/** Step by step, so that others are served in between. */
async function auditRows(call: Caller['call']): Promise<readonly string[]> {
  const findings: string[] = []
  for (let step = 0; ; step += 1) {
    const found = await call(codecs.audit, step)
    findings.push(...found.findings)
    if (found.isLast) return findings
  }
}

const createMentions = (call: Caller['call']): Mentions => ({
  known: (ids) => call(codecs.knownBlobs, ids),
  list: (after, limit) => call(codecs.listBlobs, { after, limit }),
  trashed: (before, limit) => call(codecs.trashedBlobs, { before, limit }),
  forget: async (ids) => {
    await call(codecs.forgetBlobs, ids)
  },
})
