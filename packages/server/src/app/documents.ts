import { describeApi, renderYaml } from '../contracts/openapi/write/describe-api.ts'
import type { ApiDocuments } from '../gateway/http/context.ts'
import type { Catalog, Operation } from '../ports/catalog.ts'

/** Makes each form of the document once for the definitions that run, when it is asked for. */
export function createDocuments(catalog: Catalog, publicUrl: () => string): ApiDocuments {
  const made = new Map<string, string>()
  let described: readonly Operation[] = []
  const make = (
    operations: readonly Operation[],
    version: '3.1' | '3.2',
    format: 'json' | 'yaml',
  ): string => {
    const api = describeApi({ operations, publicUrl: publicUrl(), version, title: 'Buzzer' })
    return format === 'json' ? JSON.stringify(api, null, 2) : renderYaml(api)
  }
  return {
    openapi(version, format) {
      const name = `${version} ${format} ${publicUrl()}`
      const operations = catalog.operations()
      if (operations !== described) made.clear()
      described = operations
      const text = made.get(name) ?? make(operations, version, format)
      made.set(name, text)
      return text
    },
  }
}
