/**
 * An http or https address with a host. One with a name and a password in it is none: it would be
 * shown, logged and backed up as it is.
 */
export const isHttpUrl = (value: unknown): boolean =>
  typeof value === 'string' && /^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(value) && URL.canParse(value)
