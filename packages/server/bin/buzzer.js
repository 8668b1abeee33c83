#!/usr/bin/env node
// Plain JavaScript that an old Node understands too: it looks for one that can run the rest.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const neededMajor = 24
const self = fileURLToPath(import.meta.url)
const isNew = Number.parseInt(process.versions.node, 10) >= neededMajor

/** The Node that npm installed beside this package, in this folder or one above it. */
function findNode() {
  const windows = process.platform === 'win32'
  const platform = windows ? 'win' : process.platform
  const places = [
    join('.bin', windows ? 'node.exe' : 'node'),
    join(`node-${platform}-${process.arch}`, 'bin', windows ? 'node.exe' : 'node'),
  ]
  for (let folder = dirname(self); ; folder = dirname(folder)) {
    const found = places
      .map((place) => join(folder, 'node_modules', place))
      .find((path) => existsSync(path))
    if (found !== undefined || folder === dirname(folder)) return found
  }
}

/** @param {string} node */
function runWith(node) {
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    // The channel tells the child when this process is gone, however it ended.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, BUZZER_NODE_FOUND: '1' },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Our parent tells by this channel that it is gone; so do we.
  if (process.channel !== undefined) process.once('disconnect', () => child.disconnect())
  child.once('error', (error) => refuse(`It could not be started: ${error.message}`))
  child.once('exit', (code, signal) => {
    process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM'])
  })
}

/** @param {string} why */
function refuse(why) {
  process.stderr.write(
    `✗ Buzzer needs Node ${neededMajor} or newer; this is ${process.versions.node}.\n` +
      `  ${why}\n` +
      `  fix: npm install (without --omit=optional), or install Node ${neededMajor}\n`,
  )
  process.exitCode = 1
}

if (isNew) {
  // What is compiled once need not be compiled at the next start; threads look at the variable.
  const { directory } = nodeModule.enableCompileCache()
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE ??= directory
  const { main } = await import('../src/cli/main.ts')
  await main()
} else if (process.env.BUZZER_NODE_FOUND === '1') {
  refuse('The Node that was found in node_modules is too old as well.')
} else {
  const node = findNode()
  if (node === undefined) refuse('npm has not installed one beside this package either.')
  else runWith(node)
}
