import { BuzzerError } from '@buzzer/client'
import type { ImportedDocument } from '../app/import-document.ts'
import type { Connection } from './connect.ts'
import { sendDocument } from './send-document.ts'

/** What a running server says of an import. */
export interface ServerImport {
  readonly name: string
  readonly title: string
  readonly url: string | null
  /** Absent where nothing was stored. */
  readonly version?: number
  readonly operations: ImportedDocument['report']['operations']
  readonly notes: readonly string[]
  /** Absent where there was no such service. */
  readonly changes?: ServerChanges
}

export interface ServerChanges {
  readonly breaking: boolean
  readonly added: readonly ChangedRef[]
  readonly removed: readonly ChangedRef[]
  readonly changed: readonly (ChangedRef & {
    readonly breaking: boolean
    readonly changes: readonly {
      readonly breaking: boolean
      readonly pointer: string
      readonly detail: string
    }[]
  })[]
}

interface ChangedRef {
  readonly name: string
  readonly method: string
  readonly path: string
}

export interface ImportWish {
  readonly dryRun: boolean
  /** Where the API is, where that is said; the server knows it, or the document says it. */
  readonly upstream: string | null
}

/**
 * Puts a document into a running server.
 *
 * @throws BuzzerError where the server refuses it
 */
export async function importInto(
  server: Connection,
  imported: ImportedDocument,
  { dryRun, upstream }: ImportWish,
): Promise<ServerImport> {
  try {
    return await send(server, imported, { dryRun, upstream })
  } catch (error) {
    // Nothing tells the server where the document was read, which its addresses may go by.
    if (upstream !== null || imported.url === null || !lacksUrl(error)) throw error
    return send(server, imported, { dryRun, upstream: imported.url })
  }
}

/** Whether the server was not told where the API is. */
export const lacksUrl = (error: unknown): error is BuzzerError =>
  error instanceof BuzzerError &&
  (error.problem.errors ?? []).some(({ pointer }) => pointer === '/url')

async function send(
  server: Connection,
  imported: ImportedDocument,
  { dryRun, upstream }: ImportWish,
): Promise<ServerImport> {
  const query = {
    name: imported.name,
    dryRun: String(dryRun),
    ...(upstream === null ? {} : { url: upstream }),
  }
  return (await sendDocument(server, '/v1/services/import', query, imported)) as ServerImport
}
