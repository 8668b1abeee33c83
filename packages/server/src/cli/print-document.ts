import { isRecord } from '../config/check-keys.ts'
import { addExamples, type CommandContext } from './command.ts'
import { CommandError, exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { fetchWhole } from './fetch-whole.ts'
import { writeJson, type Terminal } from './terminal.ts'
import type { Command } from 'commander'

/** A document that every server has of itself. */
export interface PrintedDocument {
  /** By which its path and its version are called. */
  readonly name: 'openapi' | 'asyncapi'
  readonly title: string
  /** What it is good for. */
  readonly use: string
}

interface DocumentFlags extends ServerFlags {
  readonly yaml?: true
}

/** Makes a command of it that prints what a running server says. */
export function configureDocument(
  command: Command,
  { terminal, action }: CommandContext,
  document: PrintedDocument,
): void {
  const { name, use } = document
  command.option('--yaml', 'write YAML instead of JSON')
  addServerOptions(command)
  addExamples(command, [[`buzzer ${name} > ${name}.json`, use]]).action(
    action(printDocument(terminal, document)),
  )
}

const printDocument =
  (terminal: Terminal, { name, title }: PrintedDocument) =>
  async (flags: DocumentFlags): Promise<number> => {
    const isYaml = flags.yaml === true
    if (isYaml && flags.json === true)
      throw usageError('--yaml and --json are two ways to write one document.', 'leave one out')
    const { url, key } = await connect(flags, terminal)
    const path = `/${name}.${isYaml ? 'yaml' : 'json'}`
    const headers = key === null ? {} : { authorization: `Bearer ${key}` }
    const { response, text } = await fetchWhole(url, path, { headers })
    if (!response.ok)
      throw new CommandError(`${url} answered ${response.status}.`, { code: 'no-document' })
    if (!isDocument(text, name, isYaml)) throw noDocument(title)
    if (flags.json === true) writeJson(terminal.stdout, JSON.parse(text))
    else terminal.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    return exitCodes.done
  }

/** Many a server answers any path with a page of its own. */
function isDocument(text: string, name: string, isYaml: boolean): boolean {
  if (isYaml) return new RegExp(`^${name}: `, 'm').test(text)
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && typeof value[name] === 'string'
  } catch {
    return false
  }
}

/** In the words for any other answer that no Buzzer gives. */
const noDocument = (title: string): CommandError =>
  new CommandError('Unexpected answer', {
    code: 'unexpected-response',
    why: [`The answer is not an ${title} document.`],
    fix: '--url with the address of a Buzzer',
  })
