/** A moment, in milliseconds since 1970 in UTC, by whichever clock the process was given. */
export type Millis = number

/** RFC 3339 in UTC with milliseconds, as every answer writes a moment. */
export const formatTime = (at: Millis): string => new Date(at).toISOString()
