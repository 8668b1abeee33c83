/** What a route answers with, before it is written to the socket. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What a route is given. */
export interface Call {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Buffer
}

export const json = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
  body: Buffer.from(JSON.stringify(value)),
})

export const binary = (mediaType: string, body: Buffer, fileName: string): Answer => ({
  status: 200,
  headers: {
    'Content-Type': mediaType,
    'Content-Disposition': `attachment; filename="${fileName}"`,
  },
  body,
})

export const noContent: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) }

/** An error in this API's own, older shape. */
export const fault = (
  status: number,
  code: string,
  message: string,
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Answer =>
  json(status, { code, message, ...(Object.keys(fields).length === 0 ? {} : { fields }) }, headers)
