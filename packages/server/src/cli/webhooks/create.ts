import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { writeJson, type Terminal } from '../terminal.ts'
import { tellSecret } from './secret-hint.ts'
import { addSettingsOptions, settingsOf, type SettingsFlags } from './settings-options.ts'
import { writeWebhook } from './show-webhook.ts'

interface CreateFlags extends ServerFlags, SettingsFlags {
  readonly secret?: string
  readonly handshake?: true
  readonly disabled?: true
}

export const configureCreate: Configure = (command, { terminal, action }) => {
  command.argument('<url>', 'where events are POSTed to')
  addSettingsOptions(command)
    .option('--secret <secret>', 'whsec_ and 24 to 64 bytes in Base64 (default: a new one)')
    .option('--handshake', 'ask the receiver first whether it wants events')
    .option('--disabled', 'send nothing yet')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks create https://example.com/hook', 'every event there is'],
    [
      `buzzer webhooks create https://example.com/hook --channel 'operations/*' --type job.failed`,
      'what fails',
    ],
    [
      `buzzer webhooks create https://example.com/hook --filter '{"prefix":{"subject":"eu-"}}'`,
      'some of it',
    ],
    ['buzzer webhooks create https://example.com/hook --schedule 0s,1s,1m --ordered', 'its policy'],
  ]).action(action(create(terminal)))
}

const create =
  (terminal: Terminal) =>
  async (url: string, flags: CreateFlags): Promise<number> => {
    const settings = await settingsOf(flags, terminal)
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.create({
      ...settings,
      url,
      ...(flags.secret === undefined ? {} : { secret: flags.secret }),
      ...(flags.handshake === undefined ? {} : { handshake: true }),
      ...(flags.disabled === undefined ? {} : { enabled: false }),
    })
    if (flags.json === true) {
      writeJson(terminal.stdout, webhook)
      return exitCodes.done
    }
    writeWebhook(terminal, webhook)
    tellSecret(terminal, webhook)
    return exitCodes.done
  }
