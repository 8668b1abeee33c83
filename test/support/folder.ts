import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Folder extends AsyncDisposable {
  readonly path: string
}

/** An empty folder, gone with all that is in it once it is disposed of. */
export async function temporaryFolder(name: string): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), `buzzer-${name}-`))
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
