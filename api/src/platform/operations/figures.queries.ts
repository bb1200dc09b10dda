import type { Platform } from '../../database/platform-db.ts'

export interface Figure {
  readonly from: Date
  readonly ready: number
  readonly failed: number
  readonly failureRate: number | null
  readonly p50Seconds: number | null
  readonly p95Seconds: number | null
}

export interface Figures { readonly days: number, readonly from: Date, readonly to: Date, readonly total: Figure, readonly points: readonly Figure[] }

/** How rounds of preparation ended in the last days, by day, or by hour where it is one day. One statement. */
export async function readFigures(platform: Platform, days: number): Promise<Figures> {
  const [unit, points] = days === 1 ? ['hour', 24] : ['day', days]
  const rows = await platform.query<{ from: string | Date | null, to: string | Date, ready: number, failed: number, p50Seconds: number | null, p95Seconds: number | null }>(`
    with point as (
      -- In UTC, where every day has 24 hours.
      select begins at time zone 'UTC' as "from" from generate_series(
        date_trunc($1, now() at time zone 'UTC') - ($2::int - 1) * ('1 ' || $1)::interval, now() at time zone 'UTC', ('1 ' || $1)::interval) begins
    ), ended as (
      select date_trunc($1, ended_at, 'UTC') as "from", outcome, extract(epoch from ended_at - began_at)::float8 as seconds
      from platform.preparation_cycle
      where ended_at >= (select min("from") from point) and ended_at <= now() and error_code is distinct from 'CANCELLED'
    )
    select "from", now() as to,
      count(*) filter (where outcome = 'READY')::int as ready, count(*) filter (where outcome = 'FAILED')::int as failed,
      percentile_cont(0.5) within group (order by seconds) filter (where outcome = 'READY') as "p50Seconds",
      percentile_cont(0.95) within group (order by seconds) filter (where outcome = 'READY') as "p95Seconds"
    from point left join ended using ("from")
    group by grouping sets (("from"), ()) order by "from" nulls last`, [unit, points])
  const figures = rows.map(({ from, to: _, ...row }): Figure => {
    const all = row.ready + row.failed
    return { ...row, from: new Date(from ?? rows[0]!.from!), failureRate: all === 0 ? null : row.failed / all }
  })
  const total = figures.pop()!
  return { days, from: total.from, to: new Date(rows[0]!.to), total, points: figures }
}
