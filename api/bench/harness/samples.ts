/** One side of a comparison, from samples taken one after another. */
export interface Samples {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly count: number
}

export function summarise(values: readonly number[]): Samples {
  const sorted = [...values].sort((a, b) => a - b)
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), p99: percentile(sorted, 0.99), count: sorted.length }
}

export function median(values: readonly number[]): number {
  return summarise(values).p50
}

/** How many times the other one is, of samples taken in turn: a machine that is slower for a round is so for both. */
export function ratioInTurn(ours: readonly number[], other: readonly number[]): number {
  return median(ours.map((value, round) => value / other[round]!))
}

/** The nearest rank: always a value that was measured. */
function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined)
    throw new Error('Nothing was measured.')
  return value
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/**
 * Runs the sides in turn, `rounds` times, after a warm-up that is not counted: what slows the machine down for a
 * while slows all of them. Each round begins with the next side, so none has the better place.
 */
export async function takeTurns<Side extends string>(rounds: number, warmUp: number, sides: Record<Side, () => Promise<number>>): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[]
  const taken = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Side, number[]>
  for (let round = -warmUp; round < rounds; round++) {
    for (const place of names.keys()) {
      const name = names.at((Math.max(round, 0) + place) % names.length)!
      const value = await sides[name]()
      if (round >= 0)
        taken[name].push(value)
    }
  }
  return taken
}
