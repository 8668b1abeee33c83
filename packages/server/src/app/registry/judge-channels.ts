import type { ValidationError } from '@buzzer/contract'
import type { Config } from '../../config/config.ts'
import { channelName, channelShape } from '../../core/channel-name.ts'
import type { Channel } from '../../ports/catalog.ts'
import type { ChannelEntry } from '../../ports/registry.ts'
import { olderFirst, type LoadedChannel, type State } from './state.ts'

interface JudgedChannel {
  readonly entry: ChannelEntry
  /** Null where it is not used. */
  readonly channel: Channel | null
}

/** Says of the stored channels which can be used beside the configuration and each other. */
export function judgeChannels(
  { config }: { readonly config: Config },
  { channels }: State,
): readonly JudgedChannel[] {
  const taken = new Map<string, string>()
  return [...channels.values()].toSorted(olderFirst).map((loaded) => {
    const { name, version, at, by, options, channel } = loaded
    const declared = declaredAs(config, name)
    const problem =
      declared === null
        ? (loaded.problem ?? twinProblem(taken.get(channelShape(name))))
        : `channels.${declared} of the configuration wins`
    if (problem === null) taken.set(channelShape(name), name)
    return {
      entry: {
        name,
        origin: 'store',
        version,
        changedAt: at,
        changedBy: by,
        shadowed: declared !== null,
        problem,
        options,
      },
      channel: problem === null ? channel : null,
    }
  })
}

const twinProblem = (other: string | undefined): string | null =>
  other === undefined
    ? null
    : `the stored channel ${other} stands for the same names; change that one, or delete it first`

/** What would keep channels from being used beside those that there are, if they were stored now. */
export function channelMisfits(
  config: Config,
  { channels, ...others }: State,
  names: readonly string[],
): readonly ValidationError[] {
  const then = new Map(channels)
  for (const name of names) then.set(name, newest(name))
  return judgeChannels({ config }, { ...others, channels: then }).flatMap(({ entry }) =>
    entry.problem !== null && names.includes(entry.name)
      ? [{ pointer: '', detail: `${entry.name}: ${entry.problem}` }]
      : [],
  )
}

/** It only takes its place here, and needs nothing of what it will be made of. */
const newest = (name: string): LoadedChannel => ({
  name,
  version: 0,
  at: Number.MAX_SAFE_INTEGER,
  by: null,
  options: {},
  channel: null,
  problem: null,
})

/** @returns the name by which the configuration has a channel that stands for the same names; null where it has none */
export function declaredAs({ channels }: Config, name: string): string | null {
  const shape = channelShape(name)
  const own = Object.keys(channels).find((each) => channelShape(each) === shape)
  return own === undefined ? null : channelName(own)
}
