import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import { good, warning, type Finding } from '../../app/doctor/finding.ts'
import { showSize } from '../show-size.ts'

const leastFiles = 4_096
const leastMemoryBytes = 256_000_000

/** Each connection takes a file descriptor, and the store's cache takes memory. */
export async function checkLimits(): Promise<readonly Finding[]> {
  return [await checkFiles(), checkMemory()].filter((finding) => finding !== null)
}

async function checkFiles(): Promise<Finding | null> {
  // Elsewhere than on Linux nothing tells it.
  const limits = await readFile('/proc/self/limits', 'utf8').catch(() => '')
  const [, soft] = /^Max open files\s+(\S+)/m.exec(limits) ?? []
  if (soft === undefined) return null
  const found = `${soft === 'unlimited' ? 'any number of' : Number(soft).toLocaleString('en-US')} open files`
  return soft === 'unlimited' || Number(soft) >= leastFiles
    ? good('files', found)
    : warning('files', found, 'ulimit -n 65536, or LimitNOFILE=65536 in the unit')
}

function checkMemory(): Finding {
  const constrained = process.constrainedMemory()
  const all = totalmem()
  const limit = constrained > 0 && constrained < all ? constrained : all
  const from = limit === all ? 'of the machine' : 'by its control group'
  const found = `${showSize(limit)} ${from}, ${showSize(Math.min(limit, freemem()))} free`
  return limit >= leastMemoryBytes
    ? good('memory', found)
    : warning('memory', found, `give it ${showSize(leastMemoryBytes)} or more`)
}
