import { readOpenApi, type OpenApiSource } from '../read/read-open-api.ts'
import { importService, type ImportedService, type ImportOptions } from './import-service.ts'

/** A service, or a sentence that says why its document is not taken. */
export type ServiceOutcome =
  | { readonly kind: 'read'; readonly service: ImportedService }
  | { readonly kind: 'refused'; readonly detail: string }

/**
 * Reads an OpenAPI document and makes operations of it.
 *
 * @param pause waited for after each operation and schema
 */
export async function readService(
  source: OpenApiSource,
  options: ImportOptions,
  pause: () => Promise<void>,
): Promise<ServiceOutcome> {
  const outcome = readOpenApi(source)
  return outcome.kind === 'refused'
    ? outcome
    : { kind: 'read', service: await importService(outcome.document, options, pause) }
}
