import type { Millis } from '../../core/time.ts'
import { plain, type Handler, type Parts } from './parts.ts'

/** Which of these are named, or wait in the trash. */
export const createKnownBlobs = ({ db }: Parts): Handler => {
  const read = db.prepare(
    `SELECT id FROM blobs WHERE id IN (SELECT value FROM json_each(?))
     UNION SELECT id FROM blob_trash WHERE id IN (SELECT value FROM json_each(?))`,
  )
  return plain(false, (ids: readonly string[]) => {
    const list = JSON.stringify(ids)
    return idsOf(read.rows(list, list))
  })
}

export interface BlobPage {
  readonly after: string
  readonly limit: number
}

export const createListBlobs = ({ db }: Parts): Handler => {
  const read = db.prepare('SELECT id FROM blobs WHERE id > ? ORDER BY id LIMIT ?')
  return plain(false, ({ after, limit }: BlobPage) => idsOf(read.rows(after, limit)))
}

export interface TrashPage {
  readonly before: Millis
  readonly limit: number
}

export const createTrashedBlobs = ({ db }: Parts): Handler => {
  const read = db.prepare('SELECT id FROM blob_trash WHERE at < ? ORDER BY at LIMIT ?')
  return plain(false, ({ before, limit }: TrashPage) => idsOf(read.rows(before, limit)))
}

export const createForgetBlobs = ({ db }: Parts): Handler => {
  const remove = db.prepare('DELETE FROM blob_trash WHERE id IN (SELECT value FROM json_each(?))')
  return plain(true, (ids: readonly string[]) => {
    remove.run(JSON.stringify(ids))
    return null
  })
}

const idsOf = (rows: readonly (readonly unknown[])[]): readonly string[] =>
  rows.map(([id]) => String(id))
