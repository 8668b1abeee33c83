import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './pages.ts'

/** A folder in which our packages are found, as in a project that has installed them. */
export interface Project extends AsyncDisposable {
  readonly path: string
  write(file: string, text: string): Promise<void>
}

export async function makeProject(): Promise<Project> {
  const path = await mkdtemp(join(tmpdir(), 'buzzer-docs-'))
  await symlink(join(root, 'node_modules'), join(path, 'node_modules'), 'junction')
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), text)
  }
  await write('package.json', '{ "private": true, "type": "module" }\n')
  return {
    path,
    write,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  }
}
