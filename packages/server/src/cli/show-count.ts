/** A number with its noun: `no jobs`, `1 job`, `2,000 jobs`. */
export function showCount(count: number, noun: string): string {
  const number = count === 0 ? 'no' : count.toLocaleString('en-US')
  return `${number} ${noun}${count === 1 ? '' : 's'}`
}
