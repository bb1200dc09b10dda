import type { Platform } from '../../database/platform-db.ts'

/** How far back it goes: what it reads is bounded by what a school may spend in that time. */
export const minutesShown = 60

export interface PointsMinute { readonly at: Date, readonly points: number, readonly requests: number }

/** What a school's keys spent in each of the last minutes, this one included: off the request log, the oldest first. */
export async function pointsUsedOf(platform: Platform, tenantId: string): Promise<PointsMinute[]> {
  const rows = await platform.query<{ at: string, points: number, requests: number }>(`
    with minute as (select date_trunc('minute', now()) - make_interval(mins => n) as at from generate_series(0, $2 - 1) n),
      spent as (
        select date_trunc('minute', at) as at, sum(cost) as points, sum(times) as requests from platform.api_request
        where tenant_id = $1 and at >= date_trunc('minute', now()) - make_interval(mins => $2 - 1) group by 1)
    select minute.at, coalesce(points, 0)::int as points, coalesce(requests, 0)::int as requests from minute left join spent using (at) order by 1`, [tenantId, minutesShown])
  return rows.map(({ at, ...row }) => ({ ...row, at: new Date(at) }))
}
