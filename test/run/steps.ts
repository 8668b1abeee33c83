/** One thing that `npm test` looks at: a script of package.json, by its name there. */
export interface Step {
  readonly name: string
  readonly script: string
  /** A check passes or fails as a whole; a suite counts its tests. */
  readonly kind: 'check' | 'suite'
}

/** Everything that has to hold, the quickest to answer first. */
export const steps: readonly Step[] = [
  { name: 'format', script: 'check:format', kind: 'check' },
  { name: 'lint', script: 'lint', kind: 'check' },
  { name: 'types', script: 'check:types', kind: 'check' },
  { name: 'dead code', script: 'check:dead', kind: 'check' },
  { name: 'tidy', script: 'test:tidy', kind: 'suite' },
  // Both in one go, which leaves no core idle at the end of the one.
  { name: 'inside', script: 'test:inside', kind: 'suite' },
  { name: 'end to end', script: 'test:e2e', kind: 'suite' },
  { name: 'survival', script: 'test:survival', kind: 'suite' },
  { name: 'alone', script: 'test:alone', kind: 'suite' },
]
