/**
 * The attribute of a CloudEvent that a `ce-` header carries (HTTP binding 1.0.2, section 3.1.3.2):
 * senders of older versions quote it, those of this one encode it once.
 */
export function readAttribute(header: string): string {
  const text = unquoted(header)
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What a quoted-string (RFC 9110, section 5.6.4) says; anything else is as it stands. */
const unquoted = (header: string): string =>
  /^"((?:[^"\\]|\\.)*)"$/.exec(header)?.[1]?.replace(/\\(.)/g, '$1') ?? header
