import type { Configure } from './command.ts'
import { configureChange } from './webhooks/change.ts'
import { configureCreate } from './webhooks/create.ts'
import { configureDelete } from './webhooks/delete.ts'
import { configureDeliveries } from './webhooks/deliveries.ts'
import { configureDelivery } from './webhooks/delivery.ts'
import { configureDisable } from './webhooks/disable.ts'
import { configureEnable } from './webhooks/enable.ts'
import { configureKeys } from './webhooks/keys.ts'
import { configureList } from './webhooks/list.ts'
import { configureRedeliver } from './webhooks/redeliver.ts'
import { configureReplay } from './webhooks/replay.ts'
import { configureRotateSecret } from './webhooks/rotate-secret.ts'
import { configureShow } from './webhooks/show.ts'
import { configureTest } from './webhooks/test-one.ts'

const inner: readonly (readonly [name: string, summary: string, configure: Configure])[] = [
  ['list', 'list them', configureList],
  ['create', 'have events sent to a URL', configureCreate],
  ['show', 'show everything about one', configureShow],
  ['change', 'change one', configureChange],
  ['enable', 'send events to one again', configureEnable],
  ['disable', 'send nothing to one any more', configureDisable],
  ['delete', 'delete one', configureDelete],
  ['rotate-secret', 'give one another secret', configureRotateSecret],
  ['test', 'send an event to one, and see what it answers', configureTest],
  ['deliveries', 'list what was sent', configureDeliveries],
  ['delivery', 'show one delivery with every attempt', configureDelivery],
  ['redeliver', 'send deliveries again', configureRedeliver],
  ['replay', 'send what was on the channels once more', configureReplay],
  ['keys', 'show the public keys that sign', configureKeys],
]

export const configureWebhooks: Configure = (command, context) => {
  for (const [name, summary, configure] of inner)
    configure(command.command(name).description(summary), context)
}
