import { get } from 'node:http'
import { fileURLToPath } from 'node:url'
import { startBuzzer } from './buzzer.ts'
import { forkPeer } from './child.ts'
import { alone, below, compare, inRounds, median, versus, type Benchmark } from './finding.ts'

const bytes = 100 * 1_048_576
const config = fileURLToPath(new URL('large-result.config.ts', import.meta.url))

interface Passed {
  readonly mbPerSecond: number
  /** The most memory while it passed, above that before. */
  readonly extraMb: number
}

/** One result of 100 MB: from its API through Buzzer, which keeps it, to whoever asked. */
export const largeResult: Benchmark = {
  name: 'large-result',
  summary: '100 MB through a wrapped API, kept on the way, against a proxy that pipes',
  async measure({ rounds: count }) {
    await using upstream = await forkPeer('peers/large-upstream.ts')
    process.env['BENCH_UPSTREAM_URL'] = `http://127.0.0.1:${String(upstream.hello)}`
    const rounds = await inRounds(count, passProxy, passBuzzer)
    const speed = compare(rounds, ({ mbPerSecond }) => mbPerSecond)
    const extra = compare(rounds, ({ extraMb }) => extraMb)
    const name = 'a proxy that pipes'
    return [
      { what: '100 MB through a wrapped API', unit: 'MB/s', ...versus(name, speed), target: null },
      {
        what: 'memory for that, above idle',
        unit: 'MB',
        ...versus(name, extra),
        target: below(extra.ours, 30, ' MB'),
      },
      ...(await fromDisk()),
    ]
  },
}

async function passProxy(): Promise<Passed> {
  await using proxy = await forkPeer('peers/piping-proxy.ts')
  const url = `http://127.0.0.1:${String(proxy.hello)}`
  await take(`${url}/1000`)
  await proxy.ask({})
  const idleMb = Number(await proxy.ask({}))
  const seconds = await take(`${url}/${bytes}`)
  return { mbPerSecond: 100 / seconds, extraMb: Number(await proxy.ask({})) - idleMb }
}

async function passBuzzer(): Promise<Passed> {
  await using buzzer = await startBuzzer({ config })
  const url = `http://127.0.0.1:${buzzer.port}/api/files`
  // What any first call loads belongs to none of the figures.
  for (const warmUp of [1_000, 200_000]) await take(`${url}/${warmUp}`)
  return await watched(buzzer, () => take(`${url}/${bytes}`))
}

/** The result again, and once more by ten readers at the same time. */
async function fromDisk() {
  await using buzzer = await startBuzzer({ config })
  const url = `http://127.0.0.1:${buzzer.port}`
  await take(`${url}/api/files/200000`)
  const { job } = await takeWhole(`${url}/api/files/${bytes}`)
  const result = `${url}${job}/result`
  const lone = await watched(buzzer, () => take(result))
  const ten = await watched(buzzer, async () => {
    const took = await Promise.all(Array.from({ length: 10 }, () => take(result)))
    return median(took)
  })
  return [
    { what: 'the kept result again', unit: 'MB/s', ...alone(lone.mbPerSecond), target: null },
    { what: 'memory for ten readers of it', unit: 'MB', ...alone(ten.extraMb), target: null },
  ]
}

async function watched(
  { memoryMb }: { memoryMb(): Promise<number> },
  pass: () => Promise<number>,
): Promise<Passed> {
  const idleMb = await memoryMb()
  let mostMb = idleMb
  const timer = setInterval(() => {
    void memoryMb().then((now) => (mostMb = Math.max(mostMb, now)))
  }, 10)
  const seconds = await pass()
  clearInterval(timer)
  return { mbPerSecond: 100 / seconds, extraMb: Math.max(mostMb, await memoryMb()) - idleMb }
}

/** @returns how long it took, in seconds */
const take = async (url: string): Promise<number> => (await takeWhole(url)).seconds

interface Taken {
  readonly seconds: number
  /** Where the job is, if there is one. */
  readonly job: string
}

/** Reads an answer and keeps nothing of it. */
function takeWhole(url: string): Promise<Taken> {
  const { promise, resolve, reject } = Promise.withResolvers<Taken>()
  const startedAt = performance.now()
  const request = get(url, { agent: false }, (answer) => {
    if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`))
    answer.once('error', reject)
    answer.once('end', () => {
      const job = answer.headers['content-location'] ?? ''
      resolve({ seconds: (performance.now() - startedAt) / 1_000, job })
    })
    answer.resume()
  })
  request.once('error', reject)
  return promise
}
