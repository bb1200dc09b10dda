import type { Bucket, Charge } from '../../access/charge.ts'
import type { Integrator } from '../../access/principal.ts'
import type { Platform } from '../../database/platform-db.ts'
import { RateLimiterPostgres } from 'rate-limiter-flexible'
import { windowSeconds } from '../../access/charge.ts'
import { RateLimited } from '../../shared/errors.ts'
import { PointsBucket } from './bucket.ts'
import { limitsOf } from './limits.queries.ts'

/** Buckets a process remembers before it forgets those whose window is over. */
const mostKept = 10_000

/** Takes what operations cost from the buckets of their key and of their school. */
export class Points {
  readonly #buckets = new Map<string, PointsBucket>()
  readonly #limiters: Readonly<Record<Bucket['of'], RateLimiterPostgres>>

  constructor(private readonly platform: Platform, private readonly enabled: boolean) {
    const storeClient = {
      query: async (statement: { text: string, values: unknown[] }) => {
        const rows = await platform.query(statement.text, statement.values)
        return { rows, rowCount: rows.length }
      },
    }
    const store = { storeClient, storeType: 'client', schemaName: 'platform', tableName: 'api_points', tableCreated: true, points: 1, duration: windowSeconds } as const
    this.#limiters = {
      key: new RateLimiterPostgres({ ...store, keyPrefix: 'key', clearExpiredByTimeout: enabled }),
      school: new RateLimiterPostgres({ ...store, keyPrefix: 'school', clearExpiredByTimeout: false }),
    }
  }

  /** The key pays first: one that has spent its own takes nothing of the others'. Undefined where limits are off. */
  async charge({ keyId, tenantId }: Integrator, points: number): Promise<Charge | undefined> {
    if (!this.enabled)
      return undefined
    const key = this.#bucket('key', keyId, async () => (await limitsOf(this.platform, tenantId, [keyId])).key(keyId).points)
    const school = this.#bucket('school', tenantId, async () => (await limitsOf(this.platform, tenantId, [])).school.points)
    let empty: Bucket['of'] | undefined
    if (!await key.spend(points)) {
      empty = 'key'
    }
    else if (!await school.spend(points)) {
      key.giveBack(points)
      empty = 'school'
    }
    const buckets = [state('key', key), ...school.limit > 0 ? [state('school', school)] : []]
    const short = buckets.find(bucket => bucket.of === empty)
    return { requested: points, buckets, refused: short && new RateLimited(secondsTo(short.resetAt), { of: short.of, requested: points, remaining: short.remaining }) }
  }

  #bucket(of: Bucket['of'], id: string, limitOf: () => Promise<number>): PointsBucket {
    const name = `${of}:${id}`
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      if (this.#buckets.size >= mostKept)
        [...this.#buckets].filter(([, kept]) => kept.over).forEach(([kept]) => this.#buckets.delete(kept))
      bucket = new PointsBucket(id, this.#limiters[of], limitOf)
      this.#buckets.set(name, bucket)
    }
    return bucket
  }
}

function state(of: Bucket['of'], { limit, remaining, resetAt }: PointsBucket): Bucket {
  return { of, limit, remaining, resetAt }
}

export function secondsTo(instant: Date): number {
  return Math.max(1, Math.ceil((instant.getTime() - Date.now()) / 1_000))
}
