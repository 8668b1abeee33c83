import { parseExactly } from '@buzzer/contract'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { usageError } from './command-error.ts'
import type { Terminal } from './terminal.ts'

/**
 * Reads the input of a job.
 *
 * @param source JSON, `-` for standard input, `@` and a file, or undefined for no input
 * @param fix what to do where it is not JSON
 * @throws CommandError where it is not JSON or the file cannot be read
 */
export async function readInput(
  source: string | undefined,
  terminal: Terminal,
  fix = fixOfInput,
): Promise<unknown> {
  if (source === undefined) return undefined
  if (source === '-') return parseInput(await text(terminal.stdin), 'Standard input', fix)
  if (source.startsWith('@'))
    return parseInput(await readTextFile(source.slice(1), terminal), source, fix)
  return parseInput(source, 'The input', fix)
}

const fixOfInput = `quote it for the shell, such as '{"month":"2026-10"}', or give - or @file`

/** @throws CommandError where the file cannot be read */
export async function readTextFile(path: string, { cwd }: Terminal): Promise<string> {
  return readFile(resolve(cwd, path), 'utf8').catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason = code === 'ENOENT' ? 'there is no such file' : code
    throw usageError(`${path} cannot be read: ${reason}.`)
  })
}

/** Numbers stay as they were written. @throws CommandError where it is not JSON */
export function parseInput(json: string, where: string, fix: string): unknown {
  try {
    return parseExactly(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(`${where} is not JSON: ${reason}.`, fix)
  }
}
