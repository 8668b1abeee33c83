/** As much of a WebSocket (the browsers' interface) as is needed here. */
export interface WebSocketLike {
  readonly readyState: number
  send(text: string): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(
    type: 'close',
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void
}

/** The browsers' `WebSocket`, that of Node from 22 on, or that of the package `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike

/** What Node's own constructor takes besides: it can send headers, which browsers cannot. */
type NodeWebSocket = new (
  url: string,
  options: {
    readonly protocols: readonly string[]
    readonly headers: Readonly<Record<string, string>>
  },
) => WebSocketLike

export const isOpen = ({ readyState }: WebSocketLike): boolean => readyState === 1

/** The constructor itself refused, as where a page's policy allows no sockets. */
export class SocketRefused extends Error {
  override readonly name = 'SocketRefused'
}

/** How sockets are opened here. */
export interface SocketMaker {
  /** Whether they carry an `Authorization`; where not, a ticket in the address stands for it. */
  readonly takesHeaders: boolean
  make(url: string, protocol: string, headers: Readonly<Record<string, string>>): WebSocketLike
}

/**
 * Finds what opens sockets.
 *
 * @param given the user's own constructor
 * @returns null where there is none, as in Node 20
 */
export function socketMaker(given: WebSocketConstructor | undefined): SocketMaker | null {
  const { WebSocket: own, process } = globalThis as {
    readonly WebSocket?: WebSocketConstructor
    readonly process?: { readonly versions?: { readonly node?: string } }
  }
  const Socket = given ?? own
  if (Socket === undefined) return null
  // Only of Node's own it is known that it takes headers, and how.
  if (given === undefined && process?.versions?.node !== undefined) {
    const Node = Socket as unknown as NodeWebSocket
    return {
      takesHeaders: true,
      make: (url, protocol, headers) =>
        orRefused(() => new Node(url, { protocols: [protocol], headers })),
    }
  }
  return {
    takesHeaders: false,
    make: (url, protocol) => orRefused(() => new Socket(url, [protocol])),
  }
}

function orRefused(make: () => WebSocketLike): WebSocketLike {
  try {
    return make()
  } catch (cause) {
    throw new SocketRefused('No WebSocket can be opened here', { cause })
  }
}
