/**
 * Whether a body of this type is JSON, also one with a suffix (RFC 6839), whatever its parameters;
 * a sequence of JSON texts (RFC 7464) is none.
 */
export const isJsonType = (mediaType: string): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(mediaType)
