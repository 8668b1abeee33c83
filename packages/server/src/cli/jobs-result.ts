import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { addExamples, type Configure } from './command.ts'
import { CommandError, exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showSize } from './show-size.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'
import { readResult, writeResult } from './write-result.ts'

interface ResultFlags extends ServerFlags {
  readonly output?: string
}

export const configureResult: Configure = (command, { terminal, action }) => {
  command
    .argument('<job>', 'its id')
    .option('-o, --output <file>', 'write it into this file, however large it is')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs result job_01j…', 'JSON and text as text'],
    ['buzzer jobs result job_01j… --output report.pdf', 'anything, as it comes'],
  ]).action(action(result(terminal)))
}

const result =
  (terminal: Terminal) =>
  async (id: string, flags: ResultFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const job = client.job(id)
    const isJson = flags.json === true
    if (flags.output !== undefined) {
      const { mediaType, body } = await job.download({ signal: terminal.interrupt() })
      const file = resolve(terminal.cwd, flags.output)
      const bytes = await writeFile(file, body)
      if (isJson) writeJson(terminal.stdout, { file, bytes, mediaType })
      else writeLine(terminal.stderr, `${showSize(bytes)} in ${file}`)
      return exitCodes.done
    }
    const response = await job.response()
    if (!isJson) return writeResult(response, terminal)
    writeJson(terminal.stdout, await readResult(response))
    return exitCodes.done
  }

/** Under a name of its own until all of it is there. @returns how much it was */
async function writeFile(file: string, body: ReadableStream<Uint8Array>): Promise<number> {
  const partly = `${file}.part`
  const stream = createWriteStream(partly)
  try {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), stream)
    await rename(partly, file)
    return stream.bytesWritten
  } catch (cause) {
    await rm(partly, { force: true })
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new CommandError(`${file} cannot be written: ${cause.message}.`, {
      code: 'output-not-written',
      fix: 'choose another place with --output',
    })
  }
}
