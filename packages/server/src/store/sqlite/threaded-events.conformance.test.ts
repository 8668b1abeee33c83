import { eventConformance } from '../conformance/store-conformance.ts'
import { openThreadedStore } from './testing/threaded.ts'

eventConformance('SQLite in a thread', openThreadedStore)
