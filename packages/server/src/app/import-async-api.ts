import { checkChannel } from '../config/check-channel.ts'
import { importChannels, type ImportOutcome } from '../contracts/asyncapi/import/import-channels.ts'
import { readAsyncApi } from '../contracts/asyncapi/read/read-async-api.ts'
import { createBreather } from './breather.ts'

/**
 * Looks at an AsyncAPI document as an import would; changes nothing.
 *
 * @param name what messages call it by
 * @returns null for a document that does not say that it is one
 */
export async function importAsyncApi(text: string, name: string): Promise<ImportOutcome | null> {
  const read = readAsyncApi(text, name)
  if (read.kind === 'other') return null
  if (read.kind === 'refused') return read
  const outcome = await importChannels(read.document, {
    problemWith: channelProblem,
    breathe: createBreather(),
  })
  return outcome.kind === 'refused'
    ? { kind: 'refused', detail: `${name} is broken: ${outcome.detail}` }
    : outcome
}

/** Why nothing can be declared by a name; null where it can. */
const channelProblem = (name: string): string | null =>
  checkChannel(name, { kind: 'channel', options: {} })[0]?.detail ?? null
