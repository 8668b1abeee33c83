import { jobConformance } from '../conformance/store-conformance.ts'
import { openThreadedStore } from './testing/threaded.ts'

jobConformance('SQLite in a thread', openThreadedStore)
