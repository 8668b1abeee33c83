/**
 * How long this process has worked, in milliseconds. Bounds on computing are held against it: a
 * clock also counts what others do with the processor meanwhile, and files are tested side by side.
 */
export function workedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
