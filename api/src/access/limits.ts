import type { Platform } from '../database/platform-db.ts'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { RateLimited } from '../shared/errors.ts'

/** How often, in how many seconds. Wide enough for a school behind one address. */
const budgets = {
  createTenant: { points: 20, seconds: 3600 },
  signIn: { points: 60, seconds: 60 },
  signInAccount: { points: 10, seconds: 60 },
  refreshSession: { points: 300, seconds: 60 },
  slugAvailability: { points: 120, seconds: 60 },
  tenantPreparationStatus: { points: 600, seconds: 60 },
  retryTenantPreparation: { points: 10, seconds: 60 },
} as const

export type Budget = keyof typeof budgets

/** Counts attempts in PostgreSQL, so that limits hold over all processes and outlive a restart. */
export interface Limits {
  /** Takes one from what `who` may still do, or throws RATE_LIMITED with the seconds to wait. */
  count: (budget: Budget, who: string) => Promise<void>
}

export function openLimits(options: { enabled: boolean, platform: Platform }): Limits {
  if (!options.enabled)
    return { count: async () => {} }
  const limiters = new Map<Budget, RateLimiterPostgres>()
  // The limiter speaks pg's `query(text, values)`: the platform's own pool serves it.
  const storeClient = {
    query: async (statement: { text: string, values: unknown[] }) => {
      const rows = await options.platform.query(statement.text, statement.values)
      return { rows, rowCount: rows.length }
    },
  }
  for (const [name, { points, seconds }] of Object.entries(budgets)) {
    limiters.set(name as Budget, new RateLimiterPostgres({
      storeClient,
      storeType: 'client',
      schemaName: 'platform',
      tableName: 'rate_limit',
      tableCreated: true,
      // All share one table: one of them is enough to tidy it.
      clearExpiredByTimeout: limiters.size === 0,
      keyPrefix: name,
      points,
      duration: seconds,
      // Who is over the limit is remembered here, so a flood does not reach the database.
      inMemoryBlockOnConsumed: points + 1,
    }))
  }
  return {
    async count(budget, who) {
      try {
        await limiters.get(budget)!.consume(who.slice(0, 200))
      }
      catch (refused) {
        if (refused instanceof RateLimiterRes)
          throw new RateLimited(Math.max(1, Math.ceil(refused.msBeforeNext / 1000)))
        throw refused
      }
    },
  }
}
