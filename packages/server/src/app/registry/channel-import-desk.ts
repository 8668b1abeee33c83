import { channelReport } from '../../contracts/asyncapi/import/channel-report.ts'
import { diffChannels, type ChannelChanges } from '../../contracts/asyncapi/import/diff-channels.ts'
import type { ImportedChannel } from '../../contracts/asyncapi/import/import-channels.ts'
import { canonical } from '../../contracts/schema/canonical.ts'
import type { JsonObject } from '../../contracts/schema/json-pointer.ts'
import type { JsonSchema } from '../../ports/catalog.ts'
import type { ChangeTerms, ChannelImportOrder, ChannelsImported } from '../../ports/registry.ts'
import { importAsyncApi } from '../import-async-api.ts'
import { makeChannel } from '../make-channel.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { channelMisfits, declaredAs } from './judge-channels.ts'
import { invalid } from './read-body.ts'
import { definedInConfig, refused, unread } from './refusals.ts'
import type { LoadedChannel } from './state.ts'

/** Takes an AsyncAPI document as it is, all of its channels or none; those keep other options. */
export async function importChannelsOrdered(
  desk: Desk,
  deps: DeskDeps,
  { text, dryRun }: ChannelImportOrder,
  terms: ChangeTerms,
): Promise<ChannelsImported> {
  const json = await desk.documents.read(text)
  if (json.kind !== 'text') return refused(unread(json, ''))
  const outcome = await importAsyncApi(json.text, 'the document')
  if (outcome === null) return refused(invalid([{ pointer: '', detail: noAsyncApi }]))
  if (outcome.kind === 'refused') return refused(invalid([{ pointer: '', detail: outcome.detail }]))
  const { title, channels } = outcome
  // Also where it is only looked at: what it says must be what an import would do.
  const names = channels.map(({ name }) => name)
  const [own] = names.flatMap((name) => declaredAs(deps.config, name) ?? [])
  if (own !== undefined) return refused(definedInConfig(deps.config, 'channel', own))
  const report = channelReport(outcome)
  if (dryRun) {
    await desk.refresh()
    const misfits = channelMisfits(deps.config, desk.live.state, names)
    if (misfits.length > 0) return refused(invalid(misfits))
    const changes = changesOf(desk, channels)
    return { kind: 'imported', title, report, versions: null, changes }
  }
  return desk.inTurn(async () => {
    const unmet = channels.map(({ name }) => desk.unmet({ kind: 'channel', name }, terms))
    const first = unmet.find((problem) => problem !== null)
    if (first !== undefined) return refused(first)
    const misfits = channelMisfits(deps.config, desk.live.state, names)
    if (misfits.length > 0) return refused(invalid(misfits))
    const changes = changesOf(desk, channels)
    if ((await commitAll(desk, deps, channels, terms)) === 'again') return 'again'
    const versions = new Map(
      channels.map(({ name }) => [name, desk.versionOf({ kind: 'channel', name })] as const),
    )
    return { kind: 'imported', title, report, versions, changes }
  })
}

const noAsyncApi = 'is no AsyncAPI document: it has no "asyncapi" member that says its version'

/** One commit for those that are otherwise than they were. */
async function commitAll(
  desk: Desk,
  deps: DeskDeps,
  channels: readonly ImportedChannel[],
  { by }: ChangeTerms,
): Promise<'done' | 'again'> {
  const { state } = desk.live
  const wanted = channels
    .map((channel) => ({
      name: channel.name,
      options: optionsOf(state.channels.get(channel.name), channel),
    }))
    .filter(({ name, options }) => !isSame(state.channels.get(name), options))
  if (wanted.length === 0) return 'done'
  const at = deps.clock.now()
  const changes = wanted.map(({ name, options }) => ({
    kind: 'channel' as const,
    name,
    expected: desk.versionOf({ kind: 'channel', name }),
    document: JSON.stringify(options),
    attachment: null,
    by,
  }))
  return desk.commit(changes, at, (versions) => {
    const next = new Map(state.channels)
    for (const [index, { name, options }] of wanted.entries()) {
      next.set(name, {
        name,
        version: versions[index] ?? 0,
        at,
        by,
        options,
        channel: makeChannel(name, options),
        problem: null,
      })
    }
    return { ...state, channels: next }
  })
}

const isSame = (present: LoadedChannel | undefined, options: JsonObject): boolean =>
  present?.problem === null && canonical(present.options) === canonical(options)

function optionsOf(
  present: LoadedChannel | undefined,
  { data, summary }: ImportedChannel,
): JsonObject {
  const { data: _, ...others } = present?.options ?? {}
  return {
    ...others,
    ...(summary === null ? {} : { summary }),
    ...(data === null ? {} : { data }),
  }
}

const changesOf = (desk: Desk, channels: readonly ImportedChannel[]): ChannelChanges =>
  diffChannels(
    channels.map(({ name, data }) => {
      const present = desk.live.state.channels.get(name)
      const before = present === undefined ? undefined : dataOf(present)
      return { name, before, after: data }
    }),
  )

const dataOf = ({ options }: LoadedChannel): JsonSchema | null =>
  (options['data'] as JsonSchema | undefined) ?? null
