import { createInterface } from 'node:readline/promises'
import { usageError } from './command-error.ts'
import { Interrupted, type Terminal } from './terminal.ts'

export interface AskedFirst {
  /** What makes it worth asking, as the beginning of a sentence. */
  readonly what: string
  readonly question: string
  /** What is said where it is called off. */
  readonly refused: string
}

/**
 * What cannot be taken back somebody has to mean: asks at the terminal.
 *
 * @throws CommandError where nobody can be asked; Interrupted
 */
export async function isMeant(
  { what, question, refused }: AskedFirst,
  terminal: Terminal,
): Promise<boolean> {
  if (terminal.stdin.isTTY !== true) {
    throw usageError(`${what}, and nobody can be asked.`, '--yes')
  }
  const prompt = createInterface({ input: terminal.stdin, output: terminal.stderr })
  try {
    const said = await prompt.question(`${question} [y/N] `, { signal: terminal.interrupt() })
    return /^y(?:es)?$/i.test(said.trim())
  } catch (cause) {
    // At a terminal readline takes Ctrl-C for itself, and gives up the question.
    if (cause instanceof Error && cause.name === 'AbortError')
      throw new Interrupted(refused, { cause })
    throw cause
  } finally {
    prompt.close()
  }
}
