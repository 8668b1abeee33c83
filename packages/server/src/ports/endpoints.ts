import type { EndpointId } from '@buzzer/contract'
import type { Endpoint } from '../core/endpoint.ts'

/** The store's role for where webhooks deliver. There are few, so that every node knows all of them. */
export interface Endpoints {
  /** All of them, in the order of their ids. */
  list(): Promise<EndpointList>
  read(tenant: string, id: EndpointId): Promise<Endpoint | null>
  create(endpoint: Endpoint): Promise<'created' | 'too-many'>
  /**
   * Puts what its owner decides in the place of what was there: settings, secrets, whether it is
   * enabled. Its health stays, but where it is enabled again, which begins it anew.
   *
   * @param expected the version that it is to stand at
   */
  change(endpoint: Endpoint, expected: number): Promise<'changed' | 'moved' | 'unknown'>
  /** Its deliveries that are not sent yet are dropped later; see `Deliveries.drop`. */
  remove(tenant: string, id: EndpointId): Promise<'removed' | 'unknown'>
}

export interface EndpointList {
  readonly endpoints: readonly Endpoint[]
  /** Counts creations, changes and removals, but not how healthy they are. */
  readonly revision: number
}
