const item = /^\s*([\w!#$&^.+*-]+\/[\w!#$&^.+*-]+)\s*((?:;[^,]*)?)$/
const weightParameter = /;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)/

/** How much a caller wants each media range that `Accept` names, from 0 to 1 (RFC 9110, section 12.5.1). */
export function mediaWeights(accept: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const text of accept.toLowerCase().split(',')) {
    const [, range, parameters = ''] = item.exec(text) ?? []
    if (range !== undefined) weights.set(range, Number(weightParameter.exec(parameters)?.[1] ?? 1))
  }
  return weights
}
