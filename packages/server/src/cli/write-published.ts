import type { PublishedEvent } from '@buzzer/client'
import { formatSequence } from '@buzzer/contract'
import { writeJson, type Terminal } from './terminal.ts'

/** What the server answered, for programs: offsets are written as everywhere in JSON. */
export const writePublished = (
  { stdout }: Pick<Terminal, 'stdout'>,
  events: readonly PublishedEvent[],
): void =>
  writeJson(stdout, {
    events: events.map(({ id, sequence }) => ({ id, sequence: formatSequence(sequence) })),
  })
