import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** A line between two programs that can be cut, as networks are. */
export interface Cable extends AsyncDisposable {
  /** Where it is entered. */
  readonly url: string
  /** Where it leads. */
  leadTo(url: string): void
  /** Cuts every connection that is open now; new ones work. */
  cut(): void
  /** Lets the next request through and cuts its connection before the answer comes back. */
  cutNextAnswer(): void
}

/** Lays a cable on the loopback address, on any port that is free. */
export async function layCable(): Promise<Cable> {
  const open = new Set<Socket>()
  let target: URL | null = null
  let answersToCut = 0

  const server = createServer((near) => {
    if (target === null) return void near.destroy()
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (chunk) => far.write(chunk))
    far.on('data', (chunk) => {
      if (answersToCut === 0) return void near.write(chunk)
      answersToCut -= 1
      near.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${port}`,
    leadTo(url) {
      target = new URL(url)
    },
    cut,
    cutNextAnswer() {
      answersToCut += 1
    },
    async [Symbol.asyncDispose]() {
      server.close()
      cut()
      await once(server, 'close')
    },
  }
}
