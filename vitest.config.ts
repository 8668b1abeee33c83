import { defineConfig } from 'vitest/config'

const seconds = 1_000
const tidy = ['test/tidy.test.ts', 'test/tidy/**/*.test.ts']
const conformance = ['packages/*/src/**/*conformance.test.ts']
/** What measures has the machine to itself, and what looks for when the machine is busy. */
const alone = [
  'bench/**/*.test.ts',
  'test/http/overload.test.ts',
  'test/durability/blocking-handler.test.ts',
  'test/crowd/**/*.test.ts',
  'packages/*/src/**/*.alone.test.ts',
]
/** What lets processes die, or takes their disk away. */
const survival = ['test/{backup,crash,durability,schedules}/**/*.test.ts']

/**
 * Threads that strip types run WebAssembly, and V8 loses track of its code on processors with
 * memory protection keys when many such threads start and end (nodejs/node#64500): the process
 * ends with `Check failed: jit_page.has_value()`.
 */
const steady =
  process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : []

/** One project per step of `npm test`; every `*.test.ts` belongs to one of them. */
export default defineConfig({
  test: {
    pool: 'forks',
    execArgv: steady,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // What takes a moment may take longer on a machine that has much to do.
    expect: { poll: { timeout: 25 * seconds, interval: 25 } },
    projects: [
      {
        extends: true,
        test: { name: 'tidy', include: tidy, testTimeout: 30 * seconds },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'test/run/**/*.test.ts'],
          exclude: [...conformance, ...alone, '**/node_modules/**'],
          testTimeout: 30 * seconds,
          // By itself it leaves one core idle, which of two is half.
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        // Hooks start real servers, which may have to be installed first.
        test: {
          name: 'conformance',
          include: conformance,
          testTimeout: 30 * seconds,
          hookTimeout: 300 * seconds,
          maxWorkers: '100%',
        },
      },
      {
        extends: true,
        test: {
          name: 'end-to-end',
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: [...tidy, ...alone, ...survival, 'test/run/**', '**/node_modules/**'],
          testTimeout: 60 * seconds,
          hookTimeout: 300 * seconds,
          // Each starts servers of its own, which want cores too.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'survival',
          include: survival,
          exclude: [...alone, '**/node_modules/**'],
          testTimeout: 180 * seconds,
          hookTimeout: 300 * seconds,
          // They wait for leases and starts more than they work, but more of them would be late.
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 180 * seconds,
          hookTimeout: 300 * seconds,
          fileParallelism: false,
        },
      },
    ],
  },
})
