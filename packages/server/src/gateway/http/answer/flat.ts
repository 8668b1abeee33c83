import type { AnswerHeaders } from './answer.ts'

export const lengthName = 'content-length'

/** Names and values one after the other, which is the form that costs Node least. */
export function flat(headers: AnswerHeaders, length: string | null): string[] {
  const lines: string[] = []
  for (const name in headers) {
    const value = headers[name] ?? []
    if (name === lengthName) continue
    if (typeof value === 'string') lines.push(name, value)
    else for (const each of value) lines.push(name, each)
  }
  if (length !== null) lines.push(lengthName, length)
  return lines
}
