import { opcode, type CommandName } from './opcode.ts'
import type { Pack, Unpack } from './wire.ts'

/** How a command's request goes to the thread and its reply comes back. */
export interface Codec<Request, Reply> {
  readonly code: number
  write(output: Pack, request: Request): void
  read(input: Unpack, request: Request): Reply
}

/** Passes request and reply as they are; the thread's side is `plain` in parts.ts. */
export const plainCodec = <Request, Reply>(name: CommandName): Codec<Request, Reply> => ({
  code: opcode[name],
  write: (output, request) => output.value(request),
  read: (input) => input.value() as Reply,
})
