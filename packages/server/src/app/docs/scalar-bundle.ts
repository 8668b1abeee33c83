/** What the plugin does with the server that it is registered with, as far as it matters here. */
interface Registration {
  route(route: { readonly url: string; handler(request: unknown, reply: Reply): unknown }): void
}

interface Reply {
  header(name: string, value: string): Reply
  send(body: string): unknown
}

type Plugin = (
  server: Registration & Readonly<Record<string, unknown>>,
  options: object,
  done: () => void,
) => void

const prefix = '/reference'

/**
 * The renderer of the documents as one script that needs nothing else. The package that has it as a
 * file comes with 153 MB of others; this one, of 24 MB with all that it needs, serves it by itself,
 * and so it is asked for its answer.
 *
 * @returns null where it is not installed, as in production, which has a copy of it in `assets`
 */
export async function readScalarBundle(): Promise<string | null> {
  const plugin = await findPlugin()
  if (plugin === null) return null
  let bundle: string | null = null
  const reply: Reply = {
    header: () => reply,
    send(body) {
      bundle = body
    },
  }
  const server = {
    initialConfig: {},
    hasPlugin: () => false,
    route: ({ url, handler }: Parameters<Registration['route']>[0]) => {
      if (url.endsWith('.js')) handler({}, reply)
    },
  }
  plugin(server, { routePrefix: prefix, configuration: { url: '/openapi.json' } }, () => undefined)
  return bundle === null ? null : withoutMap(bundle)
}

async function findPlugin(): Promise<Plugin | null> {
  try {
    const module = await import('@scalar/fastify-api-reference')
    return module.default as unknown as Plugin
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      return null
    throw error
  }
}

/** Browsers would ask for a map that is not here. */
const withoutMap = (script: string): string =>
  script.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, '\n')
