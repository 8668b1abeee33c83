import type { JobId } from '@buzzer/contract'
import { createVerifier } from '../auth/hook/verifier.ts'
import type { Config } from '../config/config.ts'
import { hookOf } from '../define/hook-terms.ts'
import type { HookTokens, Hooks, VerifiedHook } from '../ports/hooks.ts'
import type { Log } from '../ports/log.ts'

/**
 * Makes the incoming webhooks of the configuration ready to be called.
 *
 * @throws ConfigError where one cannot be taken
 */
export function createHooks({ hooks }: Config, log: Log): Hooks {
  const made = new Map<string, VerifiedHook>()
  for (const [name, { options }] of Object.entries(hooks)) {
    const hook = hookOf(name, options)
    made.set(name, { ...hook, verify: createVerifier(hook.scheme) })
    // The end of a job is opened by a token of its own.
    if (hook.scheme.kind === 'none' && hook.action.kind !== 'finish')
      log.warn({ hook: name }, "Everybody may call this hook: its `verify` is 'none'.")
  }
  const list = [...made.values()]
  return { find: (name) => made.get(name) ?? null, list: () => list }
}

/** Makes the addresses at which upstreams call back: each opens the end of one run of one job. */
export const createCallbackUrls =
  (tokens: HookTokens, publicUrl: () => string) =>
  (hook: string, job: JobId, run: number): string =>
    `${publicUrl()}/v1/hooks/${hook}/${job}/${tokens.issue(hook, job, run)}`
