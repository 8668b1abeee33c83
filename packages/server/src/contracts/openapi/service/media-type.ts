/** The `type/subtype` of a media type, in lower case and without parameters. */
export const essenceOf = (mediaType: string): string =>
  (mediaType.split(';')[0] ?? '').trim().toLowerCase()

export const isJson = (essence: string): boolean =>
  essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')

export const isForm = (essence: string): boolean => essence === 'application/x-www-form-urlencoded'

export const isMultipart = (essence: string): boolean => essence === 'multipart/form-data'

/**
 * Finds which of the declared media types one is, the most exact first. Of several that differ in
 * their parameters alone it is the one whose parameters stand in it, else the first.
 *
 * @param declared with ranges such as `image/*`, and `application/*+json` as .NET writes it
 */
export function pickMediaType(declared: readonly string[], mediaType: string): string | null {
  const essence = essenceOf(mediaType)
  const [type = '', subtype = ''] = essence.split('/')
  const suffix = /\+[^+]+$/.exec(subtype)?.[0] ?? ''
  for (const wanted of [essence, `${type}/*${suffix}`, `${type}/*`, '*/*', '*']) {
    const [first, ...others] = declared.filter((one) => essenceOf(one) === wanted)
    if (first !== undefined)
      return others.length === 0 ? first : nearest([first, ...others], mediaType)
  }
  return null
}

function nearest(found: readonly string[], mediaType: string): string | null {
  const own = parametersOf(mediaType)
  const isIn = (one: string): boolean => [...parametersOf(one)].every((each) => own.has(each))
  const fitting = found.filter(isIn)
  return (
    fitting.toSorted((a, b) => parametersOf(b).size - parametersOf(a).size)[0] ?? found[0] ?? null
  )
}

/** As `name=value`, without case and quotes, which mean nothing in those that tell types apart. */
const parametersOf = (mediaType: string): ReadonlySet<string> =>
  new Set(
    mediaType
      .split(';')
      .slice(1)
      .map((part) => part.replaceAll(/[\s"]/g, '').toLowerCase())
      .filter((part) => part !== ''),
  )
