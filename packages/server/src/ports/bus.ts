/**
 * Says "look again" to whoever listens, on this node and on others. It never carries the truth:
 * hints may be lost, repeated or late, and every listener also looks by itself now and then.
 */
export interface Bus extends AsyncDisposable {
  publish(topic: string): void
  /** @returns a function that ends the subscription */
  subscribe(topic: string, listener: () => void): () => void
}

/** Runnable work appeared. */
export const workTopic = 'work'
/** Some running job is to stop. */
export const stopTopic = 'stop'
/** The schedules changed. */
export const scheduleTopic = 'schedules'
/** A job of the batch ended, or runs again. */
export const batchTopic = (id: string): string => `batches/${id}`
/** A job's row changed. */
export const jobTopic = (id: string): string => `jobs/${id}`
/** A definition changed. */
export const definitionsTopic = 'definitions'
/** A channel has more events. */
export const channelTopic = (tenant: string, name: string): string => `channels/${tenant}/${name}`
/** Something happened that somebody is to be told of by a delivery. */
export const fanOutTopic = 'fan-out'
/** An endpoint was created, changed, disabled or removed. */
export const endpointsTopic = 'endpoints'
