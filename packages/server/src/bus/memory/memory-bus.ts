import type { Bus } from '../../ports/bus.ts'

/** Told when a listener threw; the others have heard of the hint all the same. */
export type ListenerFault = (topic: string, fault: unknown) => void

/**
 * A bus within one process. Listeners are called at once, in the order in which they subscribed,
 * and a topic that nobody listens to costs nothing.
 */
export function createMemoryBus(onFault: ListenerFault = () => {}): Bus {
  // A subscription is an object of its own, so that one listener may subscribe twice.
  const topics = new Map<string, Set<Subscription>>()

  const call = (topic: string, { listener }: Subscription): void => {
    try {
      listener()
    } catch (fault) {
      onFault(topic, fault)
    }
  }

  return {
    publish(topic) {
      const subscriptions = topics.get(topic)
      if (subscriptions === undefined) return
      // Listeners end subscriptions and begin new ones: the ended are not told any more, and the
      // new not yet, or one that subscribes anew at each hint would never be done.
      for (const subscription of Array.from(subscriptions)) {
        if (subscriptions.has(subscription)) call(topic, subscription)
      }
    },
    subscribe(topic, listener) {
      const subscription: Subscription = { listener }
      const subscriptions = topics.get(topic) ?? new Set()
      topics.set(topic, subscriptions.add(subscription))
      return () => {
        subscriptions.delete(subscription)
        if (subscriptions.size === 0 && topics.get(topic) === subscriptions) topics.delete(topic)
      }
    },
    async [Symbol.asyncDispose]() {
      topics.clear()
    },
  }
}

interface Subscription {
  readonly listener: () => void
}
