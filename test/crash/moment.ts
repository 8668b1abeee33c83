import type { SeededRandom } from '../support/random.ts'
import { points, type Plan, type Point } from './point.ts'

/** When and how a server is made to die. */
export type Moment =
  /** By its parent, so long after it was started: perhaps before it takes requests. */
  | { readonly kind: 'boot'; readonly afterMs: number }
  /** By its parent, so long after it began to take requests. */
  | { readonly kind: 'random'; readonly afterMs: number }
  /** By its parent, so long after it was asked to stop. */
  | { readonly kind: 'drain'; readonly afterMs: number; readonly drainMs: number }
  /** By itself, at a named point. */
  | { readonly kind: 'point'; readonly plan: Plan }

/** What happens only a few times in the short life of a server. */
const rare: Readonly<Partial<Record<Point, number>>> = {
  'operations served': 1,
  'rescue sent': 2,
  'rescue committed': 1,
  'retention sent': 1,
  'retention committed': 1,
  'audit sent': 1,
  'retry committed': 4,
  'cancel committed': 6,
  'replay found': 6,
  'claim committed': 10,
}
const often = 40

/** Every point comes up in turn, with random moments between. */
export function chooseMoment(random: SeededRandom, round: number): Moment {
  const afterMs = random.between(30, 700)
  switch (round % 5) {
    case 0:
      return { kind: 'random', afterMs }
    case 1:
      return round % 10 === 1
        ? { kind: 'boot', afterMs: random.between(80, 700) }
        : { kind: 'drain', afterMs, drainMs: random.between(0, 120) }
    default:
      return { kind: 'point', plan: choosePlan(random, round) }
  }
}

function choosePlan(random: SeededRandom, round: number): Plan {
  // Three rounds in five are planned: counted without gaps, so that none is left out.
  const turn = Math.floor(round / 5) * 3 + (round % 5) - 2
  const point = points[turn % points.length] ?? points[0]
  const delayMs = point.endsWith('sent') ? random.between(0, 4) : 0
  return { point, passage: random.between(1, rare[point] ?? often), delayMs }
}

export const nameOf = (moment: Moment): string =>
  moment.kind === 'point' ? moment.plan.point : moment.kind
