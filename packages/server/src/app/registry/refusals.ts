import type { Problem } from '@buzzer/contract'
import type { Config } from '../../config/config.ts'
import type { DefinitionKind } from '../../ports/definitions.ts'
import type { ReadText } from './document-reader.ts'
import { invalid } from './read-body.ts'

/** What stands in the configuration is changed there. */
export function definedInConfig({ file }: Config, kind: DefinitionKind, name: string): Problem {
  const place = file ?? 'the configuration that the server was started with'
  return {
    code: 'defined-in-config',
    detail: `The ${kind} ${name} is defined in ${place}. Change it there and start the server again.`,
  }
}

const codes = {
  service: 'service-not-found',
  operation: 'operation-not-found',
  channel: 'channel-not-found',
} as const satisfies Record<DefinitionKind, string>

export const notFound = (kind: DefinitionKind, name: string): Problem => ({
  code: codes[kind],
  detail: `There is no ${kind} '${name}'. GET /v1/${kind}s lists those that there are.`,
})

/** @param pointer where the document stands in what was sent */
export const unread = (text: Exclude<ReadText, { kind: 'text' }>, pointer: string): Problem =>
  text.kind === 'busy' ? text.problem : invalid([{ pointer, detail: text.detail }])

export const refused = (
  problem: Problem,
): { readonly kind: 'refused'; readonly problem: Problem } => ({
  kind: 'refused',
  problem,
})
