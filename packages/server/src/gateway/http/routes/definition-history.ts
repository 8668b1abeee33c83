import type { DefinitionKind, DefinitionVersion } from '../../../ports/definitions.ts'
import { versionDocument } from '../../definition-document.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { takePage } from '../request/page.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { change, nameIn } from './change-definition.ts'
import { notFound } from './get-definition.ts'

const kinds: readonly DefinitionKind[] = ['service', 'operation', 'channel']

/** Who changed what, and when, as far back as it is kept. */
const history = (kind: DefinitionKind): Route => ({
  method: 'GET',
  path: `/v1/${kind}s/:name/history`,
  scope: 'operations:manage',
  async handle(ctx, request) {
    const name = nameIn(request, kind)
    const versions = await ctx.registry.history(kind, name)
    if (versions === null) return refuse(ctx, request, notFound(kind, name))
    const page = takePage(request, versions, newestFirst)
    if (isProblem(page)) return refuse(ctx, request, page)
    const body = { versions: page.items.map(versionDocument), next: page.next }
    return json(200, body, { 'cache-control': 'no-store' })
  },
})

/** A key that becomes smaller the newer a version is, and is as long for all of them. */
const newestFirst = ({ version }: DefinitionVersion): string =>
  String(Number.MAX_SAFE_INTEGER - version).padStart(16, '0')

/** Makes what stood at a version stand again. */
const rollback = (kind: DefinitionKind): Route => ({
  method: 'POST',
  path: `/v1/${kind}s/:name/rollback`,
  scope: 'operations:manage',
  handle: (ctx, request) =>
    change(ctx, request, {
      kind,
      make(name, body, terms) {
        const version = versionIn(body)
        return version === null
          ? Promise.resolve({ kind: 'refused', problem: noVersion })
          : ctx.registry.rollback(kind, name, version, terms)
      },
    }),
})

export const definitionHistories: readonly Route[] = kinds.flatMap((kind) => [
  history(kind),
  rollback(kind),
])

function versionIn(body: unknown): number | null {
  const version: unknown =
    typeof body === 'object' && body !== null ? Reflect.get(body, 'version') : undefined
  return Number.isSafeInteger(version) && Number(version) > 0 ? Number(version) : null
}

const noVersion = {
  code: 'validation-failed',
  detail: 'Say which version is to stand again, as in {"version": 3}.',
  errors: [{ pointer: '/version', detail: 'is not a version' }],
}
