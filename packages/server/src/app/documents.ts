import { describeApi, renderYaml } from '../contracts/openapi/write/describe-api.ts'
import type { ApiDocuments } from '../gateway/http/context.ts'
import type { Catalog } from '../ports/catalog.ts'

/** Makes each form of the document once, when somebody asks for it first. */
export function createDocuments(catalog: Catalog, publicUrl: () => string): ApiDocuments {
  const made = new Map<string, string>()
  const make = (version: '3.1' | '3.2', format: 'json' | 'yaml'): string => {
    const operations = catalog.operations()
    const api = describeApi({ operations, publicUrl: publicUrl(), version, title: 'Buzzer' })
    return format === 'json' ? JSON.stringify(api, null, 2) : renderYaml(api)
  }
  return {
    openapi(version, format) {
      const name = `${version} ${format} ${publicUrl()}`
      const text = made.get(name) ?? make(version, format)
      made.set(name, text)
      return text
    },
  }
}
