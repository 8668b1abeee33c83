/** How far a backup or a restore is. */
export type BackupProgress =
  | { readonly phase: 'blobs' | 'hash'; readonly done: number; readonly total: number }
  | { readonly phase: 'copy'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly phase: 'check' }
