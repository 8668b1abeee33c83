import { ownSegments } from '../core/channel-name.ts'
import { channelPolicies } from '../define/channel.ts'
import type { ConfigIssue } from '../define/errors.ts'
import { jsonSchemaOf, type Schema } from '../define/schema.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { issueIf, issuesOf } from './issues.ts'

/**
 * A segment is text or one parameter; dots and slashes divide them and mean the same. `__proto__`
 * is no name, because others keep channels by name in plain objects.
 */
const namePattern = /^(?!.*__proto__)(?:[\w~-]+|\{\w+\})(?:[./](?:[\w~-]+|\{\w+\}))*$/
const longestName = 255

const known = ['summary', 'data', 'history', 'ephemeral', 'shared', 'presence']

/** Finds what is wrong with a declared channel. */
export function checkChannel(
  name: string,
  definition: Readonly<Record<string, unknown>>,
): readonly ConfigIssue[] {
  const path = `channels.${name}`
  const { kind, options } = definition
  if (kind !== 'channel' || !isRecord(options))
    return [{ path, detail: 'write channel({ data: { … }, history: { count: 1000 } })' }]
  const [first = ''] = name.split(/[./]/)
  const badName =
    "this is no name of a channel; write segments divided by dots, such as 'quotes.{symbol}'"
  return [
    ...issueIf(!namePattern.test(name) || name.length > longestName, path, badName),
    ...issueIf(ownSegments.has(first), path, `channels below ${first} are Buzzer's own`),
    ...issueIf(hasTwins(name), path, 'each parameter has a name of its own'),
    ...unknownKeys(`${path}.`, options, known),
    ...(options['data'] === undefined
      ? []
      : issuesOf(() => jsonSchemaOf(options['data'] as Schema, `${path}.data`))),
    ...issuesOf(() => channelPolicies(path, options)),
  ]
}

function hasTwins(name: string): boolean {
  const parameters = name.match(/\{\w+\}/g) ?? []
  return new Set(parameters).size < parameters.length
}
