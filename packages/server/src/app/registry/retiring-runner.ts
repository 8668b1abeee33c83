import type { Runner } from '../../ports/runner.ts'

/** A runner that ends when the attempts that it runs have. */
export interface RetiringRunner extends Runner {
  /** Nothing more is to be run: disposed of as soon as nothing runs. */
  retire(): void
}

/** @param onFault told where disposing of it failed */
export function createRetiringRunner(
  runner: Runner,
  onFault: (fault: unknown) => void,
): RetiringRunner {
  let running = 0
  let retired = false
  let disposed: Promise<void> | null = null
  const dispose = (): Promise<void> => (disposed ??= Promise.resolve(runner[Symbol.asyncDispose]()))
  const disposeIfIdle = (): void => {
    if (retired && running === 0) dispose().catch(onFault)
  }
  return {
    async run(attempt) {
      running += 1
      try {
        return await runner.run(attempt)
      } finally {
        running -= 1
        disposeIfIdle()
      }
    },
    heldOffUntil: (operation) => runner.heldOffUntil(operation),
    retire() {
      retired = true
      disposeIfIdle()
    },
    [Symbol.asyncDispose]: dispose,
  }
}
