/**
 * Ids are a prefix and 26 characters of Crockford base32: 48 bits of time, then 80 bits that grow
 * within a millisecond. They sort by time as text, which keeps every index that holds them
 * append-only.
 */
export type Id<Prefix extends string> = `${Prefix}_${string}` & { readonly __id: Prefix }

export type JobId = Id<'job'>
export type EventId = Id<'evt'>
export type BatchId = Id<'bat'>
export type EndpointId = Id<'whk'>
export type DeliveryId = Id<'dlv'>

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const suffix = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/**
 * Reads an id.
 *
 * @returns the branded id, or null where the text is not an id with this prefix
 */
export function parseId<Prefix extends string>(prefix: Prefix, text: string): Id<Prefix> | null {
  return text.startsWith(`${prefix}_`) && suffix.test(text.slice(prefix.length + 1))
    ? (text as Id<Prefix>)
    : null
}

export const parseJobId = (text: string): JobId | null => parseId('job', text)
export const parseBatchId = (text: string): BatchId | null => parseId('bat', text)
export const parseEndpointId = (text: string): EndpointId | null => parseId('whk', text)
export const parseDeliveryId = (text: string): DeliveryId | null => parseId('dlv', text)

/** Makes ids that are unique in this process and never go back, also when the clock does. */
export interface IdSource {
  next<Prefix extends string>(prefix: Prefix): Id<Prefix>
}

/**
 * @param now the wall clock in milliseconds since 1970
 * @param randomBytes gives that many unpredictable bytes
 */
export function createIdSource(
  now: () => number,
  randomBytes: (count: number) => Uint8Array,
): IdSource {
  let lastMs = -1
  let head = ''
  let counter = 0

  const startMillisecond = (ms: number): void => {
    lastMs = ms
    const random = randomBytes(10)
    head = encode(ms, 10) + encodeBytes(random.subarray(0, 5))
    // The top bit stays free, so that the counter has room to grow within its eight characters.
    counter = readUint40(random.subarray(5)) % 2 ** 39
  }

  return {
    next(prefix) {
      const ms = now()
      if (ms > lastMs) startMillisecond(ms)
      else counter += 1
      return `${prefix}_${head}${encode(counter, 8)}` as Id<typeof prefix>
    },
  }
}

const readUint40 = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0)

const encodeBytes = (bytes: Uint8Array): string => encode(readUint40(bytes), 8)

/** Every pair of characters, so that ten bits are written at once. */
const pairs = Array.from(alphabet, (first) =>
  Array.from(alphabet, (second) => first + second),
).flat()

/**
 * Five bits a character, most significant first; plain numbers, because 50 bits fit one.
 *
 * @param length even
 */
function encode(value: number, length: number): string {
  let text = ''
  let rest = value
  for (let index = 0; index < length; index += 2) {
    text = pairs[rest % 1_024] + text
    rest = Math.floor(rest / 1_024)
  }
  return text
}
