/** How long and how often a benchmark measures. */
export interface Pace {
  readonly rounds: number
  readonly warmUpMs: number
  readonly measuredMs: number
}

/** One line of the table. */
export interface Finding {
  readonly what: string
  readonly unit: string
  readonly ours: number
  readonly peer: { readonly name: string; readonly value: number } | null
  /** Ours over the peer's, as the median of the rounds. */
  readonly ratio: number | null
  readonly target: Target | null
}

/** A bound on ours or on the ratio. */
export interface Target {
  readonly text: string
  readonly reached: boolean
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  measure(pace: Pace): Promise<readonly Finding[]>
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}

export const atLeast = (value: number, bound: number, unit = ''): Target => ({
  text: `>= ${bound}${unit}`,
  reached: value >= bound,
})

export const below = (value: number, bound: number, unit = ''): Target => ({
  text: `< ${bound}${unit}`,
  reached: value < bound,
})

/** Figures of both sides, round by round: the peer, ours, the peer, ours, and so on. */
export interface Rounds<Figures> {
  readonly peer: readonly Figures[]
  readonly ours: readonly Figures[]
}

/**
 * Measures both sides in turn, so that what else the machine does falls on both alike.
 */
export async function inRounds<Figures>(
  rounds: number,
  measurePeer: () => Promise<Figures>,
  measureOurs: () => Promise<Figures>,
): Promise<Rounds<Figures>> {
  const peer: Figures[] = []
  const ours: Figures[] = []
  for (let round = 0; round < rounds; round += 1) {
    peer.push(await measurePeer())
    ours.push(await measureOurs())
  }
  return { peer, ours }
}

/** What a slice is measured with: connections are new in each, and their first answers not counted. */
export type Slice = Pick<Pace, 'warmUpMs' | 'measuredMs'>

const slicesPerRound = 5
const settleMs = 200
/** Until V8 has given a server the memory that it works best with; longer than it takes to compile. */
const strideMs = 8_000

/**
 * Measures two sides that both run all the time, in turns of about a second after one long one that
 * is not counted: a shared machine changes its speed from minute to minute, and a process from its
 * start to its stride.
 */
export async function inSlices<Figures>(
  { rounds, warmUpMs, measuredMs }: Pace,
  measurePeer: (slice: Slice) => Promise<Figures>,
  measureOurs: (slice: Slice) => Promise<Figures>,
): Promise<Rounds<Figures>> {
  const warmUp = { warmUpMs: 0, measuredMs: Math.min(strideMs, 4 * warmUpMs) }
  await measurePeer(warmUp)
  await measureOurs(warmUp)
  const slice = { warmUpMs: settleMs, measuredMs: measuredMs / slicesPerRound }
  return inRounds(
    rounds * slicesPerRound,
    () => measurePeer(slice),
    () => measureOurs(slice),
  )
}

/** The medians of one figure, and of its ratio within each round. */
export function compare<Figures>(
  { peer, ours }: Rounds<Figures>,
  figure: (figures: Figures) => number,
) {
  const ratios = ours.flatMap((mine, round) => {
    const theirs = peer[round]
    return theirs === undefined ? [] : [figure(mine) / figure(theirs)]
  })
  return {
    ours: median(ours.map(figure)),
    peer: median(peer.map(figure)),
    ratio: median(ratios),
  }
}

type Held = Pick<Finding, 'ours' | 'peer' | 'ratio'>

/** The part of a finding that a comparison gives. */
export const versus = (name: string, compared: ReturnType<typeof compare>): Held => ({
  ours: compared.ours,
  peer: { name, value: compared.peer },
  ratio: compared.ratio,
})

/** The part of a finding that nothing is held against. */
export const alone = (ours: number): Held => ({ ours, peer: null, ratio: null })
