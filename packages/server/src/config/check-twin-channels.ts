import { channelShape } from '../core/channel-name.ts'
import type { ConfigIssue } from '../define/errors.ts'
import { isRecord } from './check-keys.ts'
import { issueIf } from './issues.ts'

/** Channels that are the same one in two spellings, of which one would never be used. */
export function checkTwinChannels(channels: unknown): readonly ConfigIssue[] {
  if (!isRecord(channels)) return []
  const taken = new Map<string, string>()
  return Object.keys(channels).flatMap((name) => {
    const shape = channelShape(name)
    const other = taken.get(shape)
    if (other === undefined) taken.set(shape, name)
    const detail = `stands for the same channels as channels.${other}; keep one of the two`
    return issueIf(other !== undefined, `channels.${name}`, detail)
  })
}
