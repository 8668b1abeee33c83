import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import type { Charge, Payment } from './payment.ts'

/** Every charge that the bank has made, by the key that it was asked with. */
export interface Ledger {
  find(key: string): Charge | null
  add(key: string, payment: Payment): Charge
  all(): readonly Charge[]
}

interface Line extends Charge {
  readonly key: string
}

/** A ledger in a file, a charge per line. */
export function openLedger(file: string): Ledger {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const lines = text.split('\n').filter((line) => line !== '')
  const charges = new Map<string, Charge>()
  for (const line of lines) {
    const { key, ...charge } = JSON.parse(line) as Line
    charges.set(key, charge)
  }
  return {
    find: (key) => charges.get(key) ?? null,
    add(key, { account, cents }) {
      const charge = { charge: `ch_${charges.size + 1}`, account, cents }
      charges.set(key, charge)
      appendFileSync(file, `${JSON.stringify({ key, ...charge })}\n`)
      return charge
    },
    all: () => [...charges.values()],
  }
}
