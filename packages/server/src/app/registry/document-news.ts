import type { ParsedText } from '../../contracts/openapi/read/parse-text.ts'

/** What the thread tells of a document: its value as JSON text, which passes to another at once. */
export type DocumentNews =
  | { readonly kind: 'parsed'; readonly value: string }
  | Extract<ParsedText, { kind: 'malformed' }>
