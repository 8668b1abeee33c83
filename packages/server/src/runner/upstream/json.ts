export type JsonObject = Readonly<Record<string, unknown>>

/** @returns null where the bytes are no JSON object in UTF-8 */
export function parseJsonObject(body: Uint8Array): JsonObject | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return asObject(value)
  } catch {
    return null
  }
}

export const asObject = (value: unknown): JsonObject | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : null

export const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null)
