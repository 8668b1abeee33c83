import type { JsonObject } from '../../contracts/schema/json-pointer.ts'
import type { Definition, DefinitionKey } from '../../ports/definitions.ts'
import type { Changed, ChangeTerms } from '../../ports/registry.ts'
import { commitChannel } from './channel-desk.ts'
import type { Desk, DeskDeps } from './desk.ts'
import { commitPolicies } from './policy-desk.ts'
import { invalid } from './read-body.ts'
import { definedInConfig, refused } from './refusals.ts'
import { isDeclared } from './remove.ts'
import { commitService } from './service-desk.ts'
import { readService, UnreadableService } from './service-record.ts'

/** Makes what stood at a version stand again, as a new version. */
export function rollBack(
  desk: Desk,
  deps: DeskDeps,
  key: DefinitionKey,
  version: number,
  terms: ChangeTerms,
): Promise<Changed> {
  return desk.inTurn(async () => {
    if (key.kind !== 'operation' && isDeclared(deps, key)) {
      return refused(definedInConfig(deps.config, key.kind, key.name))
    }
    const definition = await deps.store.read(key, version)
    if (definition === null) return noVersion(`there is no version ${version} any more, or yet`)
    if (definition.document === null) return noVersion(`version ${version} removed it`)
    try {
      return await again(desk, deps, key, { ...definition, document: definition.document }, terms)
    } catch (error) {
      if (error instanceof UnreadableService) return noVersion(error.message)
      throw error
    }
  })
}

const noVersion = (detail: string) =>
  refused(
    invalid([{ pointer: '/version', detail: `${detail}; the history lists those there are` }]),
  )

async function again(
  desk: Desk,
  deps: DeskDeps,
  { kind, name }: DefinitionKey,
  definition: Definition & { readonly document: string },
  terms: ChangeTerms,
): Promise<Changed | 'again'> {
  switch (kind) {
    case 'service': {
      const stored = await readService(name, definition, deps.sealer)
      return commitService(desk, deps, name, stored, terms)
    }
    case 'operation':
      return commitPolicies(desk, deps, name, parse(definition), terms)
    case 'channel':
      return commitChannel(desk, deps, name, parse(definition), terms)
  }
}

const parse = ({ document }: { readonly document: string }): JsonObject =>
  JSON.parse(document) as JsonObject
