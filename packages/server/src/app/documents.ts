import { describeAsyncApi } from '../contracts/asyncapi/write/describe-async-api.ts'
import { describeApi } from '../contracts/openapi/write/describe-api.ts'
import { renderYaml } from '../contracts/render-yaml.ts'
import type { JsonObject } from '../contracts/schema/json-pointer.ts'
import type { ApiDocuments } from '../gateway/http/context.ts'
import type { Hooks } from '../ports/hooks.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Registry } from '../ports/registry.ts'
import { createBreather } from './breather.ts'

/** What runs; its lists are replaced as a whole where something changes. */
export interface Described extends Pick<Registry, 'channels'> {
  readonly catalog: Catalog
}

const title = 'Buzzer'

/** Makes each form of the documents once for the definitions that run, when it is asked for. */
export function createDocuments(
  { catalog, channels }: Described,
  publicUrl: () => string,
  hooks: Hooks,
): ApiDocuments {
  const made = new Map<string, Promise<string>>()
  let described: readonly unknown[] = []
  const once = (name: string, format: 'json' | 'yaml', make: () => JsonObject): Promise<string> => {
    const now = [catalog.operations(), channels(), publicUrl()]
    if (now.some((part, index) => part !== described[index])) made.clear()
    described = now
    const key = `${name} ${format}`
    const known = made.get(key)
    if (known !== undefined) return known
    const text = render(make(), format)
    made.set(key, text)
    return text
  }
  return {
    openapi: (version, format) =>
      once(`openapi ${version}`, format, () =>
        describeApi({
          operations: catalog.operations(),
          hooks: hooks.list(),
          publicUrl: publicUrl(),
          version,
          title,
        }),
      ),
    asyncapi: (format) =>
      once('asyncapi', format, () =>
        describeAsyncApi({
          operations: catalog.operations(),
          channels: channels(),
          publicUrl: publicUrl(),
          title,
        }),
      ),
  }
}

const render = async (document: JsonObject, format: 'json' | 'yaml'): Promise<string> =>
  format === 'json' ? JSON.stringify(document, null, 2) : renderYaml(document, createBreather())
