import { startServer, type Server, type ServerOptions } from '../support/server.ts'

/** A server with the operations that these tests need. */
export const start = (
  data: string,
  options: Omit<ServerOptions, 'config' | 'data'> = {},
): Promise<Server> =>
  startServer({ config: new URL('./durability.config.ts', import.meta.url), data, ...options })
