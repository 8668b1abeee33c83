import { forkPeer } from '../child.ts'
import type { Source } from './source.ts'

/** A loop that writes each message to each reader by itself, as most people's first version does. */
export async function startLoop(file: string): Promise<Source> {
  const peer = await forkPeer(file)
  return {
    ...(peer.hello as { port: number }),
    async send(count) {
      await peer.ask({ count })
    },
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  }
}
