import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads'
import { systemClock, systemRandom } from './system.ts'
import { createServed } from './served.ts'
import { startService, type Service } from './service.ts'
import { lockFolder } from './lock.ts'
import { makeFolder, type Place } from './connection.ts'
import { StoreLocked } from '../../ports/store.ts'
import { messageOf } from './fault.ts'
import type { FromThread, ToThread } from './thread-protocol.ts'
import { transferOf, type Message } from './wire.ts'
import type { Log } from '../../ports/log.ts'

/** The store's thread: takes all that has come, runs it in one commit, and answers it at once. */

/** One transaction takes no more than this many messages, and no more bytes of bodies. */
const messagesAtMost = 256
const bytesAtMost = 8 * 1024 * 1024

const port = parentPort
if (port === null) throw new Error('This module runs in a worker thread.')
start(port, workerData as Place)

function start(to: MessagePort, place: Place): void {
  const post = (message: FromThread): void => to.postMessage(message)
  try {
    makeFolder(place.folder)
    const lock = lockFolder(place.folder)
    const service = startService({
      place,
      clock: systemClock,
      random: systemRandom,
      log: createLog(post),
      served: createServed(),
    })
    serve(to, service, lock)
    post({ kind: 'opened' })
  } catch (error) {
    post({ kind: 'refused', locked: error instanceof StoreLocked, message: messageOf(error) })
    to.close()
  }
}

function serve(to: MessagePort, service: Service, lock: Disposable): void {
  const close = (): void => {
    service[Symbol.dispose]()
    lock[Symbol.dispose]()
    to.postMessage({ kind: 'closed' } satisfies FromThread)
    to.close()
  }

  to.on('message', (first: ToThread) => {
    let next: ToThread | null = first
    while (next !== null) {
      if (next === 'close') return close()
      const { messages, following } = drain(to, next)
      const began = performance.now()
      const reply = service.handle(messages)
      const replies: FromThread = { ...reply, tookMs: performance.now() - began }
      to.postMessage(replies, transferOf(reply))
      next = following
    }
  })
}

/** @returns what belongs into one transaction, and the message after it where one has come */
function drain(
  from: MessagePort,
  first: Message,
): { readonly messages: readonly Message[]; readonly following: ToThread | null } {
  const messages = [first]
  let bytes = first.bytes.length
  while (messages.length < messagesAtMost && bytes < bytesAtMost) {
    const received: { readonly message: ToThread } | undefined = receiveMessageOnPort(from)
    if (received === undefined) return { messages, following: null }
    if (received.message === 'close') return { messages, following: 'close' }
    messages.push(received.message)
    bytes += received.message.bytes.length
  }
  return { messages, following: null }
}

function createLog(post: (message: FromThread) => void): Log {
  const at =
    (level: keyof Log) =>
    (fields: object, message: string): void =>
      post({ kind: 'log', level, fields, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
