import type { Config } from '../config/config.ts'
import { urlHost } from '../config/server-address.ts'
import { CommandError } from './command-error.ts'
import { nextFreePort } from './free-port.ts'

/** Says why a server could not be started, where its user can do something about it. */
export async function explainStart(error: unknown, config: Config): Promise<unknown> {
  const causes = [...withCauses(error)]
  if (causes.some(({ code }) => code === 'EADDRINUSE')) return portTaken(config, error)
  if (causes.some(({ code }) => code === 'EACCES' || code === 'EADDRNOTAVAIL'))
    return new CommandError(`${urlHost(config.host)}:${config.port} cannot be listened on.`, {
      code: 'cannot-listen',
      why: causes.map(({ message }) => message).slice(-1),
      cause: error,
    })
  if (causes.some(({ name }) => name === 'StoreLocked'))
    return new CommandError(`Another Buzzer runs on the data in ${config.store.folder}.`, {
      code: 'store-locked',
      why: ['Two processes on the same data would break it, so that only one may run.'],
      fix: 'stop the other one, or start with --data and another folder',
      cause: error,
    })
  const store = causes.find(({ name }) => name === 'StoreUnavailable')
  if (store !== undefined)
    return new CommandError(`The store in ${config.store.folder} cannot be opened.`, {
      code: 'store-unavailable',
      why: [store.message],
      fix: 'buzzer doctor looks at the data folder and says what is wrong with it',
      cause: error,
    })
  return error
}

function* withCauses(error: unknown): Generator<Error & { readonly code?: unknown }> {
  let cause = error
  while (cause instanceof Error) {
    yield cause
    cause = cause.cause
  }
}

async function portTaken({ host, port }: Config, cause: unknown): Promise<CommandError> {
  const next = await nextFreePort(host, port)
  return new CommandError(`Port ${port} on ${host} is taken.`, {
    code: 'port-taken',
    why: ['Another program listens there, perhaps another Buzzer.'],
    fix: `buzzer start --port ${next}`,
    cause,
  })
}
