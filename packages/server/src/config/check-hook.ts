import { createChannelIndex } from '../core/channel-name.ts'
import type { ConfigIssue } from '../define/errors.ts'
import { verifyKeys } from '../define/hook-scheme.ts'
import { hookOf } from '../define/hook-terms.ts'
import type { HookOptions } from '../define/hook.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { issueIf, issuesOf } from './issues.ts'
import { show } from '../define/show.ts'
import { suggest } from './suggest.ts'

type Names = Readonly<Record<string, unknown>>

const hookKeys = ['summary', 'verify', 'publish', 'submit', 'finish']
const hints = {
  secret: "write verify: { scheme: 'standard', secret: process.env['…'] }",
  channel: 'write publish: { channel: … }',
  operation: 'write submit: { operation: … }',
}
/** A name stands in a URL as one segment. */
const namePattern = /^[A-Za-z0-9][\w.-]{0,126}$/

/** @param file which names the channels and operations that a hook may lead to */
export const checkHook =
  (file: Names) =>
  (name: string, { kind, options }: Names): readonly ConfigIssue[] => {
    const path = `hooks.${name}`
    if (kind !== 'hook' || !isRecord(options))
      return [{ path, detail: 'write hook({ verify: { … }, publish: { channel: … } })' }]
    const badName = 'this name cannot stand in a URL; use letters, digits, _, - and .'
    return [
      ...issueIf(!namePattern.test(name), path, badName),
      ...unknownKeys(`${path}.`, options, hookKeys, hints),
      ...checkVerify(`${path}.verify`, options['verify']),
      ...issuesOf(() => hookOf(name, options as unknown as HookOptions)),
      ...checkChannelOf(path, options['publish'], file),
      ...checkOperationOf(path, options['submit'], file),
    ]
  }

function checkVerify(path: string, verify: unknown): readonly ConfigIssue[] {
  if (!isRecord(verify)) return []
  const known = Object.entries(verifyKeys).find(([scheme]) => scheme === verify['scheme'])?.[1]
  return known === undefined ? [] : unknownKeys(`${path}.`, verify, known)
}

function checkChannelOf(path: string, publish: unknown, file: Names): readonly ConfigIssue[] {
  const name = isRecord(publish) ? publish['channel'] : undefined
  if (typeof name !== 'string' || name === '') return []
  const names = namesOf(file['channels'])
  const find = createChannelIndex(names.map((each) => ({ name: each.replaceAll('/', '.') })))
  return find(name) === null ? [notThere(`${path}.publish.channel`, 'channel', name, names)] : []
}

function checkOperationOf(path: string, submit: unknown, file: Names): readonly ConfigIssue[] {
  const name = isRecord(submit) ? submit['operation'] : undefined
  if (typeof name !== 'string' || name === '') return []
  const names = namesOf(file['operations'])
  return names.includes(name)
    ? []
    : [notThere(`${path}.submit.operation`, 'operation', name, names)]
}

const namesOf = (value: unknown): readonly string[] => (isRecord(value) ? Object.keys(value) : [])

/** @param kind of what stands below that name and an s in the file */
export function notThere(
  path: string,
  kind: 'channel' | 'operation' | 'hook',
  name: string,
  names: readonly string[],
): ConfigIssue {
  const near = suggest(name, names)
  const meant = near === null ? `declare it below ${kind}s` : `did you mean '${near}'?`
  return { path, detail: `there is no ${kind} ${show(name)} in this file; ${meant}` }
}
