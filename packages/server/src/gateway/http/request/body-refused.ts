import type { Problem } from '@buzzer/contract'

/** A body was not taken whole; the rest of it may still be on its way. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}
