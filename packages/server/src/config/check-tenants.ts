import type { ConfigIssue } from '../define/errors.ts'
import { isRecord, unknownKeys } from './check-keys.ts'
import { show } from '../define/show.ts'

/** Its values are read as every single one is. */
export function checkAdmission({
  admission,
}: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  if (admission === undefined || admission === null) return []
  return isRecord(admission)
    ? unknownKeys('admission.', admission, ['backlog', 'age'])
    : [{ path: 'admission', detail: `${show(admission)} is not an object; write { backlog: … }` }]
}

/** More than this would be a burst rather than a share. */
const shareAtMost = 1_000

/** Finds what is wrong with what the file says of tenants. */
export function checkTenants({
  tenants,
}: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  if (tenants === undefined) return []
  if (!isRecord(tenants)) {
    return [{ path: 'tenants', detail: `${show(tenants)} is not an object of names` }]
  }
  return Object.entries(tenants).flatMap(([name, options]) => checkTenant(name, options))
}

function checkTenant(name: string, options: unknown): readonly ConfigIssue[] {
  const path = `tenants.${name}`
  if (!isRecord(options)) {
    return [{ path, detail: `${show(options)} is not an object; write { share: 3 }` }]
  }
  const { share = 1 } = options
  const isShare =
    typeof share === 'number' && Number.isSafeInteger(share) && share >= 1 && share <= shareAtMost
  const wrong = `${show(share)} is not a share; write a whole number from 1 to ${shareAtMost}`
  return [
    ...unknownKeys(`${path}.`, options, ['share']),
    ...(isShare ? [] : [{ path: `${path}.share`, detail: wrong }]),
  ]
}
