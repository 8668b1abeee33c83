import { forkPeer } from '../child.ts'
import type { Source } from './source.ts'

export interface Loop extends Source {
  /** What it holds of the machine's memory now. */
  memoryMb(): Promise<number>
}

/** A loop that writes each message to each reader by itself, as most people's first version does. */
export async function startLoop(file: string): Promise<Loop> {
  const peer = await forkPeer(file)
  return {
    ...(peer.hello as { port: number }),
    memoryMb: async () => ((await peer.ask({})) as { memoryMb: number }).memoryMb,
    async send(count) {
      await peer.ask({ count })
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  }
}
