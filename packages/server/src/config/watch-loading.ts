/** Watches whether something that is awaited can still come. */
export interface LoadingWatch extends Disposable {
  /** Resolves when it cannot, or did not in time. */
  readonly hangs: Promise<'nothing left' | 'too late'>
}

/**
 * Node ends a process with a message of its own, and without a word of ours, when nothing is left
 * that could bring what a module awaits at its top.
 *
 * @param patienceMs how long it may take where there is something left
 */
export function watchLoading(patienceMs: number): LoadingWatch {
  const { promise, resolve } = Promise.withResolvers<'nothing left' | 'too late'>()
  const onNothingLeft = (): void => resolve('nothing left')
  process.once('beforeExit', onNothingLeft)
  const timer = setTimeout(() => resolve('too late'), patienceMs)
  // It would be something left itself.
  timer.unref()
  return {
    hangs: promise,
    [Symbol.dispose]() {
      process.off('beforeExit', onNothingLeft)
      clearTimeout(timer)
    },
  }
}
