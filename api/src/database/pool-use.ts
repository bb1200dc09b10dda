import type pg from 'pg'

/** How a pool's connections are used. */
export interface PoolUse {
  /** The most there may be. */
  readonly size: number
  readonly open: number
  readonly idle: number
  /** Who waits for one. */
  readonly waiting: number
}

/** What `pg`'s pool says of itself. */
interface CountingPool {
  readonly options: { readonly max?: number }
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

/** Of several pools together. */
export function poolUse(pools: readonly CountingPool[]): PoolUse {
  const sum = (count: (pool: CountingPool) => number) => pools.reduce((all, pool) => all + count(pool), 0)
  return {
    size: sum(({ options }) => options.max ?? 0),
    open: sum(({ totalCount }) => totalCount),
    idle: sum(({ idleCount }) => idleCount),
    waiting: sum(({ waitingCount }) => waitingCount),
  }
}

/**
 * Opens connections before they are needed: a process that has just started is given its whole share of requests at once, and
 * those would wait for each other's connections. One that cannot be opened now is opened, or missed, by whoever needs it.
 */
export async function openAhead(pool: pg.Pool, count: number): Promise<void> {
  const opened = await Promise.allSettled(Array.from({ length: count }, () => pool.connect()))
  opened.forEach(client => client.status === 'fulfilled' && client.value.release())
}
