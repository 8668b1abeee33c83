import { ConnectionError } from '@buzzer/client'
import { isRecord } from '../config/check-keys.ts'
import { addExamples, type Configure } from './command.ts'
import { CommandError, exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { writeJson, type Terminal } from './terminal.ts'

interface OpenapiFlags extends ServerFlags {
  readonly yaml?: true
}

export const configureOpenapi: Configure = (command, { terminal, action }) => {
  command.option('--yaml', 'write YAML instead of JSON')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer openapi > openapi.json', 'for code generators and API clients'],
  ]).action(action(openapi(terminal)))
}

const openapi =
  (terminal: Terminal) =>
  async (flags: OpenapiFlags): Promise<number> => {
    const { url, key } = await connect(flags, terminal)
    const response = await fetch(`${url}/openapi.${flags.yaml === true ? 'yaml' : 'json'}`, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
    }).catch((cause: unknown) => {
      throw new ConnectionError(`Could not reach ${url}`, { cause })
    })
    const text = await response.text()
    if (!response.ok)
      throw new CommandError(`${url} answered ${response.status}.`, { code: 'no-document' })
    if (!isDocument(text, flags.yaml === true)) throw noDocument
    if (flags.json === true && flags.yaml === true) writeJson(terminal.stdout, { yaml: text })
    else terminal.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
    return exitCodes.done
  }

/** Many a server answers any path with a page of its own. */
function isDocument(text: string, isYaml: boolean): boolean {
  if (isYaml) return /^openapi: /m.test(text)
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) && typeof value['openapi'] === 'string'
  } catch {
    return false
  }
}

/** In the words for any other answer that no Buzzer gives. */
const noDocument = new CommandError('Unexpected answer', {
  code: 'unexpected-response',
  why: ['The answer is not an OpenAPI document.'],
  fix: '--url with the address of a Buzzer',
})
