import type { DeliveryDepth } from '../../../ports/deliveries.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import { createReadNextLane } from './lanes.ts'

/** How many lanes it looks at the beginning of; there is one for each origin of callbacks. */
const lanesAtMost = 2_000

export function createDeliveryDepth({ db, deliveryTally }: Parts): Handler {
  const readNext = createReadNextLane(db)
  return plain(false, (): DeliveryDepth => {
    const { scheduled } = deliveryTally
    let oldestDueAt: number | null = null
    let head = scheduled > 0 ? readNext('') : null
    for (let lanes = 0; head !== null && lanes < lanesAtMost; lanes += 1) {
      oldestDueAt = Math.min(oldestDueAt ?? Infinity, head.dueAt)
      head = readNext(head.lane)
    }
    return { scheduled, oldestDueAt }
  })
}
