import { open, readFile } from 'node:fs/promises'

/** What a client was told by the server, and may rely on from then on. */
export type Entry =
  /** 202, or 200 with the result: the job is on disk. */
  | { readonly told: 'accepted'; readonly job: string; readonly n: number }
  /** 202 to a retry: this run of it is on disk. */
  | { readonly told: 'reopened'; readonly job: string; readonly run: number }
  /** An outcome was shown, by whatever way. */
  | { readonly told: 'outcome'; readonly job: string; readonly run: number; readonly state: string }

export interface Journal extends AsyncDisposable {
  /** Resolves when the entry is on disk. */
  write(entry: Entry): Promise<void>
  readonly accepted: readonly string[]
}

/** The clients' own account, in a file that nothing else writes. */
export async function openJournal(path: string): Promise<Journal> {
  const file = await open(path, 'a')
  const accepted: string[] = []
  return {
    accepted,
    async write(entry) {
      if (entry.told === 'accepted') accepted.push(entry.job)
      await file.appendFile(`${JSON.stringify(entry)}\n`)
      await file.datasync()
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** The lines of a file of JSON lines; none where it was never written. */
export async function readLines<Line>(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}
