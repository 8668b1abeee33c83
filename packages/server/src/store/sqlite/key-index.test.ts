import { expect, it } from 'vitest'
import { openDatabase, type Database } from './database.ts'
import { hashBits } from './hash.ts'
import { createIdempotency, type Idempotency } from './idempotency.ts'
import { createKeyRetention } from './retain-keys.ts'
import { migrate } from './schema/migrate.ts'

const now = 1_000
const later = 2_000

const locate = (idempotency: Idempotency, key: string) =>
  idempotency.locate('default', 'render', key)
const stored = (job: string) => ({ requestHash: new Uint8Array(16), job })

function database(): Database {
  const db = openDatabase(':memory:')
  migrate(db, 'the test')
  return db
}

/** Spreads numbered keys over the whole range of hashes, three keys on each hash. */
const collidingHash = (text: string): number =>
  (Math.floor(Number(text.slice(0, text.indexOf('\n'))) / 3) * 135_007_919_191) % 2 ** hashBits

function fill(db: Database, from: number, to: number): void {
  const idempotency = createIdempotency(db, [1, 2], collidingHash)
  for (let key = from; key < to; key += 1) {
    idempotency.add(
      locate(idempotency, String(key)),
      stored(`job ${key}`),
      key % 2 === 0 ? later : now,
    )
    if (key % 1_000 !== 0) continue
    idempotency.flush()
    idempotency.commit()
  }
  idempotency.flush()
  idempotency.commit()
}

it('finds each of many keys whose hashes collide, in memory, on disk and after a start', () => {
  using db = database()
  fill(db, 0, 100_000)
  const onDisk = Number(db.prepare('SELECT count(*) FROM key_index').row()?.[0])
  expect(onDisk).toBeGreaterThan(10_000)
  expect(onDisk).toBeLessThan(100_000)
  fill(db, 100_000, 160_000)
  const idempotency = createIdempotency(db, [1, 2], collidingHash)
  for (let key = 0; key < 160_000; key += 37) {
    const found = idempotency.find(locate(idempotency, String(key)), now)
    expect(found?.job).toBe(key % 2 === 0 ? `job ${key}` : undefined)
  }
  expect(idempotency.find(locate(idempotency, '160000'), now)).toBeNull()
})

it('forgets what is taken back, and only that', () => {
  using db = database()
  const idempotency = createIdempotency(db, [1, 2], collidingHash)
  idempotency.add(locate(idempotency, '1'), stored('kept'), later)
  const mark = idempotency.mark()
  db.exec('SAVEPOINT one')
  idempotency.add(locate(idempotency, '2'), stored('taken back'), later)
  db.exec('ROLLBACK TO one')
  idempotency.undo(mark)
  idempotency.add(locate(idempotency, '0'), stored('after'), later)
  const jobs = ['0', '1', '2'].map((key) => idempotency.find(locate(idempotency, key), now)?.job)
  expect(jobs).toEqual(['after', 'kept', undefined])
})

it('removes the keys whose time is over from the rows and from the tree', () => {
  using db = database()
  fill(db, 0, 100_000)
  const retain = createKeyRetention(db)
  let removed = 0
  for (let round = 0; round < 400; round += 1) removed += retain(now, 1_000)
  expect(removed).toBe(50_000)
  const dangling = db.prepare(
    'SELECT count(*) FROM key_index WHERE entry NOT IN (SELECT entry FROM keys)',
  )
  expect(dangling.row()).toEqual([0])
  const idempotency = createIdempotency(db, [1, 2], collidingHash)
  expect(idempotency.find(locate(idempotency, '600'), now)?.job).toBe('job 600')
})

it('finds new keys after a start at which the keys before them were gone', () => {
  using db = database()
  fill(db, 0, 100_000)
  const retain = createKeyRetention(db)
  while (db.prepare('SELECT 1 FROM keys LIMIT 1').row() !== undefined) retain(later, 10_000)
  const restarted = createIdempotency(db, [1, 2], collidingHash)
  restarted.add(locate(restarted, '7'), stored('after all that'), later + 1)
  const again = createIdempotency(db, [1, 2], collidingHash)
  expect(again.find(locate(again, '7'), later)?.job).toBe('after all that')
})
