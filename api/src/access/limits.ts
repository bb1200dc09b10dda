import type { Platform } from '../database/platform-db.ts'
import { createHash } from 'node:crypto'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { RateLimited } from '../shared/errors.ts'

/** How often, in how many seconds. Wide enough for a school behind one address. */
const budgets = {
  createTenant: { points: 20, seconds: 3600 },
  signIn: { points: 60, seconds: 60 },
  secondFactor: { points: 10, seconds: 3600 },
  requestPasswordReset: { points: 20, seconds: 3600 },
  passwordResetMail: { points: 5, seconds: 3600 },
  emailVerificationMail: { points: 5, seconds: 3600 },
  redeemLink: { points: 60, seconds: 3600 },
  refreshSession: { points: 300, seconds: 60 },
  slugAvailability: { points: 120, seconds: 60 },
  tenantPreparationStatus: { points: 600, seconds: 60 },
  retryTenantPreparation: { points: 10, seconds: 60 },
  createApiKey: { points: 50, seconds: 3600 },
  exploreWithApiKey: { points: 120, seconds: 3600 },
  testSchool: { points: 10, seconds: 3600 },
  inviteMember: { points: 50, seconds: 3600 },
  invitation: { points: 60, seconds: 60 },
  acceptInvitation: { points: 30, seconds: 60 },
  webhookUrl: { points: 60, seconds: 3600 },
  webhookReplay: { points: 120, seconds: 3600 },
} as const

export type Budget = keyof typeof budgets

/** Counts attempts in PostgreSQL, so that limits hold over all processes and outlive a restart. */
export interface Limits {
  /** Takes one from what `who` may still do, or throws RATE_LIMITED with the seconds to wait. */
  count: (budget: Budget, who: string) => Promise<void>
  /** Gives back what was taken for something that turned out right. */
  giveBack: (budget: Budget, who: string) => Promise<void>
  /**
   * One try at a password by `who`, the pair of account and address. After five failures in a row from there the next
   * has to wait, each time twice as long: RATE_LIMITED. Counted before the password is looked at, so that many at once
   * are no way around it.
   */
  attempt: (who: string) => Promise<Attempt>
}

/** How a try ends; one that is left alone was a failure. */
export interface Attempt {
  /** One that had to wait, or makes the next one wait. */
  readonly slowed: boolean
  /** It was right: what went before is forgotten. */
  readonly succeed: () => Promise<void>
  /** It was not wrong: as if it had never been. */
  readonly withdraw: () => Promise<void>
}

/** The first waiting time and the longest, in seconds. */
const patience = { failures: 5, first: 5, longest: 300, remembered: 24 * 3600 } as const

export function openLimits(options: { enabled: boolean, platform: Platform }): Limits {
  if (!options.enabled)
    return { count: async () => {}, giveBack: async () => {}, attempt: async () => ({ slowed: false, succeed: async () => {}, withdraw: async () => {} }) }
  const limiters = new Map<Budget, RateLimiterPostgres>()
  // The limiter speaks pg's `query(text, values)`: the platform's own pool serves it.
  const storeClient = {
    query: async (statement: { text: string, values: unknown[] }) => {
      const rows = await options.platform.query(statement.text, statement.values)
      return { rows, rowCount: rows.length }
    },
  }
  const store = { storeClient, storeType: 'client', schemaName: 'platform', tableName: 'rate_limit', tableCreated: true } as const
  for (const [name, { points, seconds }] of Object.entries(budgets)) {
    limiters.set(name as Budget, new RateLimiterPostgres({
      ...store,
      // All share one table: one of them is enough to tidy it.
      clearExpiredByTimeout: limiters.size === 0,
      keyPrefix: name,
      points,
      duration: seconds,
      // Who is over the limit is remembered here, so a flood does not reach the database.
      inMemoryBlockOnConsumed: points + 1,
    }))
  }
  const failures = new RateLimiterPostgres({ ...store, keyPrefix: 'failures', points: patience.failures, duration: patience.remembered, clearExpiredByTimeout: false })
  const waits = new RateLimiterPostgres({ ...store, keyPrefix: 'waits', points: 1, duration: patience.first, clearExpiredByTimeout: false })
  return {
    async count(budget, who) {
      try {
        await limiters.get(budget)!.consume(who.slice(0, 200))
      }
      catch (refused) {
        throw waitOf(refused)
      }
    },
    async giveBack(budget, who) {
      await limiters.get(budget)!.reward(who.slice(0, 200))
    },
    async attempt(who) {
      // Addresses of people are nothing this table needs to know.
      const key = createHash('sha256').update(who).digest('base64url')
      const { consumedPoints } = await failures.penalty(key)
      const slowed = consumedPoints >= patience.failures
      if (slowed) {
        const wait = Math.min(patience.longest, patience.first * 2 ** (consumedPoints - patience.failures))
        try {
          await waits.consume(key, 1, { customDuration: wait })
        }
        catch (refused) {
          await failures.reward(key)
          throw waitOf(refused)
        }
      }
      return {
        slowed,
        async succeed() {
          await failures.delete(key)
          if (slowed)
            await waits.delete(key)
        },
        async withdraw() {
          await failures.reward(key)
          if (slowed)
            await waits.delete(key)
        },
      }
    },
  }
}

function waitOf(refused: unknown): unknown {
  return refused instanceof RateLimiterRes ? new RateLimited(Math.max(1, Math.ceil(refused.msBeforeNext / 1000))) : refused
}
