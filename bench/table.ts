import { styleText } from 'node:util'
import type { Finding } from './finding.ts'
import type { Machine } from './machine.ts'

const head = ['', 'ours', 'peer', '', 'ratio', 'target', ''] as const

export function renderMachine(machine: Machine): string {
  const { node, cores, cpu, memoryGb, system, dataFolder, dataInMemory, load } = machine
  const disk = dataInMemory
    ? `${dataFolder} is in memory, so that commits cost nothing: set TMPDIR to a disk`
    : `data in ${dataFolder}`
  return `Node ${node}, ${cores} cores (${cpu}), ${memoryGb} GB, ${system}, load ${load}, ${disk}`
}

/** Findings as lines of equal columns. */
export function renderTable(findings: readonly Finding[]): string {
  const rows = [head, ...findings.map(renderRow)]
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row, index) => {
    const cells = row.map((cell, column) => pad(cell, widths[column] ?? 0, column))
    return paint(cells.join('  ').trimEnd(), findings[index - 1])
  })
  return lines.join('\n')
}

const renderRow = ({ what, unit, ours, peer, ratio, target }: Finding): readonly string[] => [
  what,
  `${formatNumber(ours)} ${unit}`,
  peer === null ? '' : `${formatNumber(peer.value)} ${unit}`,
  peer?.name ?? '',
  ratio === null ? '' : ratio.toFixed(2),
  target?.text ?? '',
  target === null ? '' : target.reached ? 'reached' : 'MISSED',
]

/** Numbers stand to the right. */
const pad = (cell: string, width: number, column: number): string =>
  [1, 2, 4].includes(column) ? cell.padStart(width) : cell.padEnd(width)

function paint(line: string, finding: Finding | undefined): string {
  if (finding === undefined) return styleText('bold', line)
  if (finding.target === null) return line
  return styleText(finding.target.reached ? 'green' : 'red', line)
}

const formatNumber = (value: number): string =>
  value >= 100
    ? Math.round(value).toLocaleString('en-US')
    : value.toLocaleString('en-US', { maximumFractionDigits: 2 })
