import type { ConfigIssue } from '../define/errors.ts'
import { isRecord } from './check-keys.ts'
import { issueIf } from './issues.ts'

/** First segments of routes of our own, present and planned, which a mount would hide itself behind. */
const reserved = new Set([
  'v1',
  'healthz',
  'readyz',
  'metrics',
  'problems',
  'openapi.json',
  'openapi.yaml',
  'asyncapi.json',
  'asyncapi.yaml',
  'docs',
  'console',
  'graphql',
  'oauth',
  '.well-known',
])

/** Services that are mounted at the same place as each other or as Buzzer's own routes. */
export function checkMounts(services: unknown): readonly ConfigIssue[] {
  if (!isRecord(services)) return []
  const taken = new Map<string, string>()
  return Object.entries(services).flatMap(([name, definition]) => {
    const mount = mountOf(name, definition)
    const other = taken.get(mount)
    taken.set(mount, name)
    const path = `services.${name}.mount`
    return [
      ...issueIf(other !== undefined, path, `${mount} is the mount of services.${other} already`),
      ...issueIf(
        isReserved(mount),
        path,
        `${mount} lies over routes of Buzzer's own; write another`,
      ),
    ]
  })
}

function mountOf(name: string, definition: unknown): string {
  const options = isRecord(definition) ? definition['options'] : undefined
  const mount = isRecord(options) ? options['mount'] : undefined
  return typeof mount === 'string' ? mount : `/api/${name}`
}

const isReserved = (mount: string): boolean => reserved.has(mount.split('/')[1] ?? '')
