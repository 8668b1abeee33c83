import { callbackKeys, callbackOf, type CallbackOptions } from '../define/callback.ts'
import type { ConfigIssue } from '../define/errors.ts'
import { notThere } from './check-hook.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { issuesOf } from './issues.ts'

/** What shows of a callback without a look at the hooks. */
export function checkCallback(path: string, callback: unknown): readonly ConfigIssue[] {
  if (callback === undefined) return []
  if (!isRecord(callback)) return [{ path, detail: "write { hook: '…' }" }]
  return [
    ...unknownKeys(`${path}.`, callback, callbackKeys),
    ...issuesOf(() => callbackOf(path, callback as unknown as CallbackOptions)),
  ]
}

/** A callback has to come in by a hook that ends jobs. @param hooks of the configuration */
export function checkCallbackHook(
  path: string,
  callback: unknown,
  hooks: unknown,
): readonly ConfigIssue[] {
  const name = isRecord(callback) ? callback['hook'] : undefined
  if (typeof name !== 'string' || name === '') return []
  const known = isRecord(hooks) ? hooks : {}
  const found = Object.hasOwn(known, name) ? known[name] : undefined
  if (found === undefined) return [notThere(`${path}.hook`, 'hook', name, Object.keys(known))]
  const options = isRecord(found) ? found['options'] : undefined
  return isRecord(options) && options['finish'] !== undefined
    ? []
    : [{ path: `${path}.hook`, detail: `the hook '${name}' ends no jobs; write finish: {} there` }]
}

/** The callbacks of all services of a file. */
export function checkCallbackHooks({
  services,
  hooks,
}: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  if (!isRecord(services)) return []
  return Object.entries(services).flatMap(([service, definition]) => {
    const options = isRecord(definition) ? definition['options'] : undefined
    const operations = isRecord(options) ? options['operations'] : undefined
    if (!isRecord(operations)) return []
    return Object.entries(operations).flatMap(([operation, own]) => {
      const path = `services.${service}.operations.${operation}.callback`
      return isRecord(own) ? checkCallbackHook(path, own['callback'], hooks) : []
    })
  })
}
