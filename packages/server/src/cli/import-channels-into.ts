import type { ChannelDocument } from '../app/import-document.ts'
import type { Connection } from './connect.ts'
import { sendDocument } from './send-document.ts'

/** What a running server says of an import. */
export interface ChannelServerImport extends ChannelReport {
  readonly title: string
  readonly changes: ChannelChanges
}

export interface ChannelReport {
  readonly channels: readonly {
    readonly name: string
    readonly address: string | null
    readonly directions: readonly string[]
    readonly messages: readonly string[]
    readonly notes: readonly string[]
  }[]
  readonly notes: readonly string[]
}

export interface ChannelChanges {
  readonly breaking: boolean
  readonly added: readonly string[]
  readonly unchanged: readonly string[]
  readonly changed: readonly {
    readonly name: string
    readonly breaking: boolean
    readonly changes: readonly {
      readonly breaking: boolean
      readonly pointer: string
      readonly detail: string
    }[]
  }[]
}

/**
 * Declares the channels of a document in a running server.
 *
 * @throws BuzzerError where the server refuses it
 */
export const importChannelsInto = async (
  server: Connection,
  document: Pick<ChannelDocument, 'text' | 'format'>,
  dryRun: boolean,
): Promise<ChannelServerImport> =>
  (await sendDocument(
    server,
    '/v1/channels/import',
    { dryRun: String(dryRun) },
    document,
  )) as ChannelServerImport
