import type { Hook, HookAction, ValueTest } from '../core/hook.ts'
import { ConfigError } from './errors.ts'
import { schemeOf } from './hook-scheme.ts'
import type { HookFinishOptions, HookOptions } from './hook.ts'
import { createReader, type Reader } from './option-reader.ts'

/**
 * Turns a hook as users write it into what the gateway works with.
 *
 * @throws ConfigError naming all that is wrong, and no secret
 */
export function hookOf(name: string, options: HookOptions): Hook {
  const read = createReader(`hooks.${name}`)
  const hook = {
    name,
    summary: read.text('summary', options.summary),
    scheme: schemeOf(read, options.verify),
    action: actionOf(read, options),
  }
  if (read.issues.length > 0) throw new ConfigError(read.issues)
  return hook
}

const actions = ['publish', 'submit', 'finish'] as const
const nothing: HookAction = { kind: 'finish', failed: null }

function actionOf(read: Reader, options: HookOptions): HookAction {
  const [action, ...others] = actions.filter((name) => options[name] !== undefined)
  if (action === undefined || others.length > 0) {
    const wanted = 'publish: { channel }, submit: { operation } or finish: {}'
    read.refuse(others[0] ?? 'publish', `a hook does one thing; write one of ${wanted}`)
    return nothing
  }
  switch (action) {
    case 'publish': {
      const { channel, type } = read.group('publish', options.publish, ['channel', 'type'])
      const name = needed(read, 'publish.channel', channel)
      return { kind: 'publish', channel: name, type: read.text('publish.type', type) }
    }
    case 'submit': {
      const { operation } = read.group('submit', options.submit, ['operation'])
      return { kind: 'submit', operation: needed(read, 'submit.operation', operation) }
    }
    case 'finish':
      return { kind: 'finish', failed: failedOf(read, options.finish) }
  }
}

function needed(read: Reader, field: string, value: unknown): string {
  const text = read.text(field, value)
  if (value === undefined || text === '') read.refuse(field, 'it is missing; write its name')
  return text ?? ''
}

function failedOf(read: Reader, given: HookFinishOptions | undefined): ValueTest | null {
  const { failed } = read.group('finish', given, ['failed'])
  if (failed === undefined) return null
  const { at, equals } = read.group('finish.failed', failed, ['at', 'equals'])
  if (typeof at !== 'string' || !isPointer(at))
    read.refuse('finish.failed.at', "it is no JSON Pointer; write one such as '/status'")
  if (!Array.isArray(equals) || equals.length === 0 || !equals.every(isPlain))
    read.refuse('finish.failed.equals', "it is no list of values; write one such as ['error']")
  return { at: at ?? '', equals: equals ?? [] }
}

/** RFC 6901. */
export const isPointer = (text: string): boolean => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text)

const isPlain = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)
