import { eventConformance, jobConformance } from '../conformance/store-conformance.ts'
import { systemClock, systemRandom } from './system.ts'
import { openInlineSqliteStore } from './testing/inline.ts'

const open = () =>
  openInlineSqliteStore({ folder: ':memory:', clock: systemClock, random: systemRandom })

jobConformance('SQLite in line', open, { sequences: 1_500 })
eventConformance('SQLite in line', open)
