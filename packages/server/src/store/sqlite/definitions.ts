import {
  versionsKept,
  type Attachment,
  type Definition,
  type DefinitionChange,
  type DefinitionHead,
  type DefinitionKey,
  type DefinitionKind,
  type DefinitionOutcome,
  type DefinitionVersion,
} from '../../ports/definitions.ts'
import type { Database } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'

/** The newest version of each, unless that removed it. */
const present = `
  SELECT kind, name, max(version), document IS NULL FROM definitions GROUP BY kind, name`

export function createListDefinitions({ db }: Parts): Handler {
  const read = db.prepare(present)
  return plain(false, (): readonly DefinitionHead[] =>
    read.rows().flatMap(([kind, name, version, removed]) =>
      removed === 1
        ? []
        : [
            {
              kind: kind as DefinitionKind,
              name: name as string,
              version: version as number,
            },
          ],
    ),
  )
}

export interface ReadDefinitionRequest {
  readonly key: DefinitionKey
  readonly version: number | null
}

export function createReadDefinition({ db }: Parts): Handler {
  const read = db.prepare(
    `SELECT version, at, by, document, attachment FROM definitions
     WHERE kind = ? AND name = ? AND (? IS NULL OR version = ?) ORDER BY version DESC LIMIT 1`,
  )
  const readAttachment = db.prepare('SELECT body FROM definition_attachments WHERE hash = ?')
  const attachmentOf = (hash: string | null): Attachment | null => {
    const body = hash === null ? undefined : readAttachment.row(hash)?.[0]
    return hash === null || body === undefined ? null : { hash, body: body as Uint8Array }
  }
  return plain(false, ({ key, version }: ReadDefinitionRequest): Definition | null => {
    const row = read.row(key.kind, key.name, version, version)
    if (row === undefined || (version === null && row[3] === null)) return null
    const document = row[3] as string | null
    return {
      version: row[0] as number,
      at: row[1] as number,
      by: row[2] as string | null,
      removed: document === null,
      document,
      attachment: attachmentOf(row[4] as string | null),
    }
  })
}

export function createDefinitionHistory({ db }: Parts): Handler {
  const read = db.prepare(
    `SELECT version, at, by, document IS NULL FROM definitions WHERE kind = ? AND name = ?
     ORDER BY version DESC`,
  )
  return plain(false, ({ kind, name }: DefinitionKey): readonly DefinitionVersion[] =>
    read.rows(kind, name).map((row) => ({
      version: row[0] as number,
      at: row[1] as number,
      by: row[2] as string | null,
      removed: row[3] === 1,
    })),
  )
}

export function createChangeDefinitions({ db }: Parts): Handler {
  const readPresent = db.prepare(
    `SELECT version, document IS NULL FROM definitions WHERE kind = ? AND name = ?
     ORDER BY version DESC LIMIT 1`,
  )
  const write = createWriter(db)

  /** The newest version, and the one that stands: 0 where that one was removed. */
  const look = ({ kind, name }: DefinitionKey): { newest: number; stands: number } => {
    const [version, removed] = readPresent.row(kind, name) ?? [0, 1]
    return { newest: version as number, stands: removed === 1 ? 0 : (version as number) }
  }

  return plain(true, (changes: readonly DefinitionChange[]): DefinitionOutcome => {
    for (const change of changes) {
      const { stands } = look(change)
      if (change.expected !== null && change.expected !== stands) {
        return { kind: 'conflict', present: stands }
      }
    }
    const versions = changes.map((change) => {
      const version = look(change).newest + 1
      write(change, version)
      return version
    })
    return { kind: 'changed', versions }
  })
}

/** Writes a version, and lets go of those that are more than are kept. */
function createWriter(db: Database): (change: DefinitionChange, version: number) => void {
  const insert = db.prepare(
    `INSERT INTO definitions (kind, name, version, at, by, document, attachment)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const keep = db.prepare('INSERT OR IGNORE INTO definition_attachments (hash, body) VALUES (?, ?)')
  const forget = db.prepare('DELETE FROM definitions WHERE kind = ? AND name = ? AND version <= ?')
  const sweep = db.prepare(
    `DELETE FROM definition_attachments WHERE hash NOT IN
       (SELECT attachment FROM definitions WHERE attachment IS NOT NULL)`,
  )
  return ({ kind, name, at, by, document, attachment }, version) => {
    if (attachment !== null) keep.run(attachment.hash, attachment.body)
    insert.run(kind, name, version, at, by, document, attachment?.hash ?? null)
    if (forget.run(kind, name, version - versionsKept) > 0) sweep.run()
  }
}
