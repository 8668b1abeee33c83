import { forkPeer } from '../child.ts'
import { audienceOf, type Audience } from '../fan-out/measure.ts'
import type { Arrival } from './receivers.ts'

export interface Receivers extends Audience {
  readonly port: number
  /** Of the same process, and other connections. */
  readonly otherPort: number
  /** What comes next, as it was sent. */
  nextArrival(): Promise<Arrival>
}

export async function startReceivers(): Promise<Receivers> {
  const child = await forkPeer('webhooks/receivers.ts')
  return {
    ...(child.hello as { port: number; otherPort: number }),
    ...audienceOf(child),
    nextArrival: () => child.ask({ arrival: true }) as Promise<Arrival>,
  }
}
