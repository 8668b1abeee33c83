import type { ImportedOperation, ImportedService } from './import-service.ts'

/** What `buzzer import --dry-run --json` prints. */
export interface ReadinessReport {
  readonly operations: readonly Pick<
    ImportedOperation,
    'name' | 'method' | 'path' | 'mode' | 'idempotency' | 'notes'
  >[]
  readonly notes: readonly string[]
}

/** Says what a service would become, and what of its document was not understood. */
export const readinessReport = (service: ImportedService): ReadinessReport => ({
  operations: service.operations.map(({ name, method, path, mode, idempotency, notes }) => ({
    name,
    method,
    path,
    mode,
    idempotency,
    notes,
  })),
  notes: service.notes,
})
