import { expect, it } from 'vitest'
import { openDatabase } from '../database.ts'
import { migrate, newestSchema } from './migrate.ts'

const where = '/data'

it('brings an empty database up, and leaves one that is up as it is', () => {
  using db = openDatabase(':memory:')
  migrate(db, where)
  const made = db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').rows()
  migrate(db, where)
  expect(db.pragma('user_version')).toBe(newestSchema)
  expect(db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').rows()).toEqual(made)
})

it('refuses what a newer program wrote', () => {
  using db = openDatabase(':memory:')
  db.exec(`PRAGMA user_version = ${newestSchema + 1}`)
  expect(() => migrate(db, where)).toThrow(/\/data has schema \d+, which a newer Buzzer wrote/)
})

it.each([
  ['steps that were others', "UPDATE schema_steps SET digest = 'another'"],
  ['no word of its steps', 'DROP TABLE schema_steps'],
])('refuses data with %s, and says what to do', (_, change) => {
  using db = openDatabase(':memory:')
  migrate(db, where)
  db.exec(change)
  expect(() => migrate(db, where)).toThrow(/before the first release.*start this one on an empty/)
})
