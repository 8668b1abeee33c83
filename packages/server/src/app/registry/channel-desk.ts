import { canonical } from '../../contracts/schema/canonical.ts'
import type { JsonObject } from '../../contracts/schema/json-pointer.ts'
import type { Changed, ChangeTerms } from '../../ports/registry.ts'
import { channelName } from '../../core/channel-name.ts'
import { makeChannel } from '../make-channel.ts'
import { channelMisfits, declaredAs } from './judge-channels.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { invalid, readChannelBody } from './read-body.ts'
import { definedInConfig, refused } from './refusals.ts'
import { withEntry } from './state.ts'

/** Takes what `channel()` takes, as JSON. */
export async function putChannel(
  desk: Desk,
  deps: DeskDeps,
  given: string,
  body: unknown,
  terms: ChangeTerms,
): Promise<Changed> {
  const name = channelName(given)
  const declared = declaredAs(deps.config, name)
  if (declared !== null) return refused(definedInConfig(deps.config, 'channel', declared))
  const read = readChannelBody(name, body)
  if (read.kind === 'refused') return read
  return desk.inTurn(() => commitChannel(desk, deps, name, read.options, terms))
}

/** Stores a channel; to be called in turn. */
export async function commitChannel(
  desk: Desk,
  deps: DeskDeps,
  name: string,
  options: JsonObject,
  terms: ChangeTerms,
): Promise<Changed | 'again'> {
  const key = { kind: 'channel', name } as const
  const unmet = desk.unmet(key, terms)
  if (unmet !== null) return refused(unmet)
  const { state } = desk.live
  const present = state.channels.get(name)
  if (present?.problem === null && canonical(present.options) === canonical(options)) {
    return { kind: 'changed', version: present.version, created: false, changes: null }
  }
  const misfits = channelMisfits(deps.config, state, [name])
  if (misfits.length > 0) return refused(invalid(misfits))
  const at = deps.clock.now()
  const expected = desk.versionOf(key)
  const { by } = terms
  const document = JSON.stringify(options)
  const outcome = await desk.commit(
    [{ ...key, expected, document, attachment: null, by }],
    at,
    ([version = 0]) => ({
      ...state,
      channels: withEntry(state.channels, name, {
        name,
        version,
        at,
        by,
        options,
        channel: makeChannel(name, options),
        problem: null,
      }),
    }),
  )
  if (outcome === 'again') return 'again'
  const created = expected === 0
  return { kind: 'changed', version: desk.versionOf(key), created, changes: null }
}
