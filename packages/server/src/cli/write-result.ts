import { parseExactly } from '@buzzer/contract'
import { CommandError, exitCodes } from './command-error.ts'
import { writeJson, type Terminal } from './terminal.ts'

const mediaTypeOf = (response: Response): string =>
  (response.headers.get('content-type') ?? 'application/octet-stream').split(';', 1)[0] ?? ''

const isJson = (type: string): boolean => type === 'application/json' || type.endsWith('+json')
const isText = (type: string): boolean => type.startsWith('text/')

/**
 * Writes a result as it is: JSON and text as text, anything else as its bytes.
 *
 * @returns the exit code
 * @throws CommandError where bytes would end up on a terminal
 */
export async function writeResult(response: Response, terminal: Terminal): Promise<number> {
  const { stdout } = terminal
  const type = mediaTypeOf(response)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length === 0) return exitCodes.done
  if (isJson(type) && stdout.isTTY === true) {
    writeJson(stdout, parseExactly(new TextDecoder().decode(bytes)))
    return exitCodes.done
  }
  if (!isJson(type) && !isText(type) && stdout.isTTY === true) throw notForTerminals(type, bytes)
  stdout.write(bytes)
  // Lines end with a line feed, so that results can be read and concatenated.
  if (isJson(type) && bytes.at(-1) !== 0x0a) stdout.write('\n')
  return exitCodes.done
}

const notForTerminals = (type: string, { length }: Uint8Array): CommandError =>
  new CommandError(`The result is ${length} bytes of ${type}, which a terminal cannot show.`, {
    code: 'result-not-text',
    fix: 'write it into a file: add > result',
  })

/** A result within JSON: bytes that are not text stand in base64. */
export async function readResult(response: Response): Promise<unknown> {
  const type = mediaTypeOf(response)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (bytes.length === 0) return null
  if (isJson(type)) return parseExactly(new TextDecoder().decode(bytes))
  if (isText(type)) return new TextDecoder().decode(bytes)
  return { mediaType: type, base64: Buffer.from(bytes).toString('base64') }
}
