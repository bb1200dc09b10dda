import type { RateLimiterPostgres } from 'rate-limiter-flexible'

/** The part of a bucket that a process takes at once: a statement for every twentieth of it, not for every request. */
const leases = 20

/** For so long an empty bucket is not asked for again, unless its window ends before: a limit may have been raised. */
const patienceMs = 5_000

/**
 * One bucket of points, as this process sees it. PostgreSQL counts for all processes; each takes points ahead, a
 * twentieth of the bucket at a time, and spends them in memory. What it holds is taken, so all of them together never
 * spend more than the limit.
 */
export class PointsBucket {
  #left = 0
  #taken = 0
  #limit = 0
  #resetsAt = 0
  #emptyUntil = 0
  #leasing: Promise<void> | undefined

  /** `limitOf` says what the bucket holds now. */
  constructor(private readonly name: string, private readonly limiter: RateLimiterPostgres, private readonly limitOf: () => Promise<number>) {}

  get limit(): number { return this.#limit }
  get resetAt(): Date { return new Date(this.#resetsAt) }
  /** What everybody who shares it may still spend, as far as this process knows. */
  get remaining(): number { return Math.max(0, this.#limit - this.#taken + this.#left) }
  /** Whether its window is over, so that nothing is lost by forgetting it. */
  get over(): boolean { return Date.now() >= this.#resetsAt && !this.#leasing }

  /** Spends points, or none: false. */
  async spend(points: number): Promise<boolean> {
    this.#turn()
    while (this.#left < points) {
      if (Date.now() < this.#emptyUntil)
        return false
      // Many at once wait for one lease, and look again.
      await (this.#leasing ??= this.#lease(points - this.#left).finally(() => { this.#leasing = undefined }))
      this.#turn()
    }
    this.#left -= points
    return true
  }

  giveBack(points: number): void {
    if (Date.now() < this.#resetsAt)
      this.#left += points
  }

  /** What is held of a window that is over is worth nothing. */
  #turn(): void {
    if (Date.now() >= this.#resetsAt) {
      this.#left = 0
      this.#emptyUntil = 0
    }
  }

  async #lease(needed: number): Promise<void> {
    this.#limit = await this.limitOf()
    const wanted = Math.max(needed, Math.ceil(this.#limit / leases))
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(this.name, wanted)
    const resetsAt = Date.now() + msBeforeNext
    // Another window than the one of what is held.
    if (Math.abs(resetsAt - this.#resetsAt) > 1_000)
      this.#left = 0
    this.#resetsAt = resetsAt
    const granted = Math.max(0, Math.min(wanted, this.#limit - (consumedPoints - wanted)))
    this.#left += granted
    this.#taken = consumedPoints - wanted + granted
    if (granted < wanted)
      await this.limiter.reward(this.name, wanted - granted)
    // Less than was needed: what is left may do for something cheaper.
    if (granted < needed)
      this.#emptyUntil = Math.min(resetsAt, Date.now() + patienceMs)
  }
}
