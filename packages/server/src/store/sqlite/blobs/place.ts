import { join } from 'node:path'

/** The folder of blobs below the data folder. */
export const blobFolder = 'blobs'

/**
 * Blobs of about a quarter of an hour share a folder: their ids begin with their time, and six
 * characters of it leave 2^20 milliseconds.
 */
const sharedLength = 6

/** Below the folder of blobs, with a slash. */
export const blobPath = (id: string): string => `${sharedOf(id)}/${id}`

/** The folder within that of blobs in which an id lies. */
export const sharedOf = (id: string): string => {
  const start = id.indexOf('_') + 1
  return id.slice(start, start + sharedLength)
}

/** While it is written. */
export const unfinished = '.part'

export const fileOf = (root: string, id: string): string => join(root, blobPath(id))

/** What can be an id of ours, and nothing that leads elsewhere. */
export const isBlobId = (text: string): boolean => /^blb_[0-9a-z]{26}$/.test(text)
