const DAY = 86_400_000

/** Whole days until then, 0 within the last one, -1 once it is over. */
export function daysUntil(at: string, now: number): number {
  const left = Date.parse(at) - now
  return left <= 0 ? -1 : Math.floor(left / DAY)
}
