import { endings } from './endings.ts'
import { garbage } from './garbage.ts'
import { giants } from './giants.ts'
import type { Misbehaviour } from './receiver.ts'
import { refusals } from './refusals.ts'
import { secure } from './secure.ts'
import { silent } from './silent.ts'

/** Everything that a receiver can do wrong, with what has to be said of it. */
export const misbehaviours: readonly Misbehaviour[] = [
  ...silent,
  ...endings,
  ...giants,
  ...garbage,
  ...refusals,
  ...secure,
]
