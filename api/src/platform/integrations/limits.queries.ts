import type { Platform } from '../../database/platform-db.ts'

/** What everybody has in a window: enough for 20 pages of 100 people a second, over a minute. */
export const usualPoints = { key: 3_000, school: 6_000 } as const

/** What a bucket holds, and why if that is not the usual. */
export interface Allowance {
  readonly points: number
  readonly adjustment: Adjustment | null
}

export interface Adjustment { readonly id: string, readonly reason: string, readonly setAt: Date, readonly expiresAt: Date }

interface LimitRow { id: string, key_id: string | null, points: number, reason: string, set_at: string, expires_at: string }

/** What the buckets of a school, if one is named, and of some keys hold now. */
export async function limitsOf(platform: Platform, tenantId: string | null, keyIds: readonly string[]): Promise<{ school: Allowance, key: (id: string) => Allowance }> {
  const rows = await platform.query<LimitRow>(`
    select id, key_id, points, reason, set_at, expires_at from platform.api_limit
    where ((tenant_id = $1 and key_id is null) or key_id = any($2)) and expires_at > now()`, [tenantId, keyIds])
  const allowance = (row: LimitRow | undefined, usual: number): Allowance => ({
    points: row?.points ?? usual,
    adjustment: row ? { id: row.id, reason: row.reason, setAt: new Date(row.set_at), expiresAt: new Date(row.expires_at) } : null,
  })
  return {
    school: allowance(rows.find(row => row.key_id === null), usualPoints.school),
    key: id => allowance(rows.find(row => row.key_id === id), usualPoints.key),
  }
}

export interface BucketState extends Allowance {
  readonly used: number
  /** When the window ends; null where nothing has been spent in one. */
  readonly resetAt: Date | null
}

/** How full the buckets of a school, if one is named, and of some keys of whichever schools are: in two statements. */
export async function bucketsOf(platform: Platform, tenantId: string | null, keyIds: readonly string[]): Promise<{ school: BucketState, key: (id: string) => BucketState }> {
  const names = [`school:${tenantId}`, ...keyIds.map(id => `key:${id}`)]
  const [limits, spent] = await Promise.all([
    limitsOf(platform, tenantId, keyIds),
    platform.query<{ key: string, points: number, expire: string }>('select key, points, expire from platform.api_points where key = any($1) and expire > $2', [names, Date.now()]),
  ])
  const state = (name: string, allowance: Allowance): BucketState => {
    const row = spent.find(({ key }) => key === name)
    return { ...allowance, used: Math.min(row?.points ?? 0, allowance.points), resetAt: row ? new Date(Number(row.expire)) : null }
  }
  return { school: state(names[0]!, limits.school), key: id => state(`key:${id}`, limits.key(id)) }
}
