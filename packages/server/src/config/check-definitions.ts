import type { ConfigIssue } from '../define/errors.ts'
import { checkCallbackHooks } from './check-callback.ts'
import { checkChannel } from './check-channel.ts'
import { checkHook } from './check-hook.ts'
import { isRecord } from './check-keys.ts'
import { checkMounts } from './check-mounts.ts'
import { checkOperation } from './check-operation.ts'
import { checkService } from './check-service.ts'
import { checkTwinChannels } from './check-twin-channels.ts'
import { show } from '../define/show.ts'

/** Finds what is wrong with the operations, services, channels and hooks of the file, as far as they show it. */
export function checkDefinitions(file: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  return [
    ...each('operations', file['operations'], checkOperation),
    ...each('services', file['services'], checkService),
    ...each('channels', file['channels'], checkChannel),
    ...each('hooks', file['hooks'], checkHook(file)),
    ...checkMounts(file['services']),
    ...checkTwinChannels(file['channels']),
    ...checkCallbackHooks(file),
  ]
}

function each(
  path: string,
  value: unknown,
  check: (name: string, definition: Readonly<Record<string, unknown>>) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  if (value === undefined) return []
  if (!isRecord(value)) return [{ path, detail: `${show(value)} is not an object of names` }]
  return Object.entries(value).flatMap(([name, definition]) =>
    isRecord(definition)
      ? check(name, definition)
      : [{ path: `${path}.${name}`, detail: `${show(definition)} is not a definition` }],
  )
}
