/** The `type/subtype` of a media type, in lower case and without parameters. */
export const essenceOf = (mediaType: string): string =>
  (mediaType.split(';')[0] ?? '').trim().toLowerCase()

export const isJson = (essence: string): boolean =>
  essence === 'application/json' || essence === 'text/json' || essence.endsWith('+json')

export const isForm = (essence: string): boolean => essence === 'application/x-www-form-urlencoded'

export const isMultipart = (essence: string): boolean => essence === 'multipart/form-data'

/**
 * Finds which of the declared media types one is, the most exact first.
 *
 * @param declared with ranges such as `image/*`
 */
export function pickMediaType(declared: readonly string[], essence: string): string | null {
  const range = `${essence.split('/')[0] ?? ''}/*`
  for (const wanted of [essence, range, '*/*', '*']) {
    const found = declared.find((one) => essenceOf(one) === wanted)
    if (found !== undefined) return found
  }
  return null
}
