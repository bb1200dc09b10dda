/** How many schools were settled at a moment. */
export interface Sample { at: number, settled: number }

/** Longer ago tells nothing of how fast it goes now. */
const WINDOW = 30_000

/** The samples of the last half minute with one more. Fewer settled than before is a new beginning: failed schools are tried again. */
export function follow(samples: readonly Sample[], next: Sample): Sample[] {
  const last = samples.at(-1)
  return last && next.settled < last.settled ? [next] : [...samples.filter(({ at }) => next.at - at <= WINDOW), next]
}

/** Schools a second; undefined while there is nothing to tell it from. */
export function pace(samples: readonly Sample[]): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last || last.at - first.at < 1_000 || last.settled === first.settled)
    return undefined
  return (last.settled - first.settled) / (last.at - first.at) * 1_000
}

/** A span as one would say it: a key of migrations.left, and the number in it. */
export function spanOf(seconds: number): { unit: 'seconds' | 'minutes' | 'hours', count: number } {
  if (seconds < 55)
    // By fives: a number that jumps about says less.
    return { unit: 'seconds', count: Math.max(5, Math.ceil(seconds / 5) * 5) }
  if (seconds < 90 * 60)
    return { unit: 'minutes', count: Math.max(1, Math.round(seconds / 60)) }
  return { unit: 'hours', count: Math.round(seconds / 3_600) }
}
