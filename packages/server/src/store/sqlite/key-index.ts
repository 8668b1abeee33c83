import type { Database } from './database.ts'
import { hashBits } from './hash.ts'
import type { Follower } from './tally.ts'

/**
 * Finds entries by their hash. Hashes are random, so that writing each into a tree at once would
 * touch a page of its own for every key. Young entries are therefore found through memory alone,
 * and are moved into the tree one slice of the hash space at a time, whose entries lie close
 * together there. What memory holds is read again from the rows at a start.
 */
export interface KeyIndex extends Follower {
  candidates(hash: number): readonly number[]
  /** @returns the number of the new entry */
  add(hash: number): number
  /** Moves slices into the tree until few enough entries are in memory. */
  sweep(): void
}

const sliceCount = 256
const sliceSize = 2 ** hashBits / sliceCount
const sliceOf = (hash: number): number => Math.floor(hash / sliceSize)

/** About 6 MB of memory, and a few hundred entries in each slice when its turn comes. */
const youngAtMost = 65_536

/** One entry for a hash goes without an array around it, since nearly all are alone. */
type Slice = Map<number, number | readonly number[]>

/**
 * The last number that was given out. Where the keys are gone, only the slices know it; and a key with
 * a number up to which a slice was swept would be taken for one that is in the tree.
 */
const readLast = `SELECT max(entry) FROM (
  SELECT max(entry) AS entry FROM keys UNION ALL SELECT max(swept_to) FROM key_slices)`

const nothing: readonly number[] = []

const listOf = (entries: number | readonly number[] | undefined): readonly number[] => {
  if (entries === undefined) return nothing
  return typeof entries === 'number' ? [entries] : entries
}

function addTo(slice: Slice, hash: number, entry: number): void {
  const present = slice.get(hash)
  slice.set(hash, present === undefined ? entry : [...listOf(present), entry])
}

export function createKeyIndex(db: Database): KeyIndex {
  const findOld = db.prepare('SELECT entry FROM key_index WHERE hash = ?')
  const insertOld = db.prepare('INSERT OR IGNORE INTO key_index (hash, entry) VALUES (?, ?)')
  const markSwept = db.prepare('INSERT OR REPLACE INTO key_slices (slice, swept_to) VALUES (?, ?)')
  const young = loadYoung(db)
  let last = Number(db.prepare(readLast).row()?.[0] ?? 0)
  let count = young.reduce((sum, slice) => sum + entriesIn(slice), 0)
  let turn = 0
  /** Written to the tree in this transaction, and still in memory until it is on disk. */
  let swept: Slice[] = []
  const added: number[] = []
  let hasOld = db.prepare('SELECT 1 FROM key_index LIMIT 1').row() !== undefined

  const sliceFor = (hash: number): Slice => young[sliceOf(hash)] ?? new Map<number, number>()

  const sweepSlice = (number: number): number => {
    const slice = young[number] ?? new Map<number, number>()
    const hashes = [...slice.keys()].toSorted((a, b) => a - b)
    for (const hash of hashes) {
      for (const entry of listOf(slice.get(hash))) insertOld.run(hash, entry)
    }
    markSwept.run(number, last)
    swept.push(slice)
    return entriesIn(slice)
  }

  return {
    candidates(hash) {
      const inMemory = listOf(sliceFor(hash).get(hash))
      const onDisk = hasOld ? findOld.rows(hash) : []
      if (onDisk.length === 0) return inMemory
      return [...inMemory, ...onDisk.map((row) => row[0] as number)]
    },
    add(hash) {
      last += 1
      addTo(sliceFor(hash), hash, last)
      added.push(hash)
      count += 1
      return last
    },
    sweep() {
      let left = count
      for (let done = 0; left > youngAtMost && done < sliceCount; done += 1) {
        left -= sweepSlice(turn)
        turn = (turn + 1) % sliceCount
      }
    },
    mark: () => added.length,
    undo(mark) {
      for (const hash of added.splice(mark).toReversed()) {
        const slice = sliceFor(hash)
        const left = listOf(slice.get(hash)).slice(0, -1)
        if (left.length === 0) slice.delete(hash)
        else slice.set(hash, left)
        count -= 1
        last -= 1
      }
      swept = []
    },
    commit() {
      for (const slice of swept) {
        count -= entriesIn(slice)
        slice.clear()
        hasOld = true
      }
      swept = []
      added.length = 0
    },
  }
}

/** Two entries share a hash only where hashes collide or a key was taken anew. */
function entriesIn(slice: Slice): number {
  let sum = 0
  for (const entries of slice.values()) sum += typeof entries === 'number' ? 1 : entries.length
  return sum
}

function loadYoung(db: Database): Slice[] {
  const slices = Array.from({ length: sliceCount }, (): Slice => new Map<number, number>())
  const sweptTo = Array.from({ length: sliceCount }, () => 0)
  for (const row of db.prepare('SELECT slice, swept_to FROM key_slices').rows()) {
    sweptTo[row[0] as number] = row[1] as number
  }
  const from = Math.min(...sweptTo)
  for (const row of db.prepare('SELECT entry, hash FROM keys WHERE entry > ?').rows(from)) {
    const [entry, hash] = row as unknown as readonly [number, number]
    const number = sliceOf(hash)
    if (entry <= (sweptTo[number] ?? 0)) continue
    addTo(slices[number] ?? new Map<number, number>(), hash, entry)
  }
  return slices
}
