import type { Platform } from '../../database/platform-db.ts'
import type { KeyKind, PageRequest } from '../../shared/page.ts'
import { Page } from '../../database/keyset.ts'
import { instant } from '../../database/rows.ts'
import { readPage } from '../../shared/page.ts'

export const timelineKinds = ['ATTEMPT', 'STATE', 'ACTION', 'ACCESS', 'MIGRATION'] as const
export type TimelineKind = typeof timelineKinds[number]

export interface TimelineStep { readonly name: string, readonly startedAt: Date, readonly completedAt: Date | null, readonly rolledBack: boolean }

export interface TimelineEntry {
  readonly id: string
  readonly kind: TimelineKind
  readonly at: Date
  readonly endedAt: Date | null
  readonly title: string
  readonly actorName: string | null
  readonly reason: string | null
  readonly details: Record<string, unknown>
  readonly steps: readonly TimelineStep[]
}

/** One page that somebody asks for of one tenant's timeline. */
export interface TimelineRequest { readonly tenantId: string, readonly kinds: readonly TimelineKind[], readonly page: PageRequest }

const keyKinds: readonly KeyKind[] = ['timestamp', 'text']

/** Reads the arguments, or refuses them by name. A cursor belongs to one tenant and one choice of kinds. */
export function timelineRequest(tenantId: string, { kinds, ...list }: { first?: number | null, after?: string | null, kinds?: readonly TimelineKind[] | null }): TimelineRequest {
  const wanted = timelineKinds.filter(kind => !kinds?.length || kinds.includes(kind))
  return { tenantId, kinds: wanted, page: readPage(list, ['timeline', tenantId, wanted], keyKinds) }
}

/** What lies behind the place in the list where a page begins; `key` tells apart what happened at one moment. */
const beyond = (at: string, key: string) => `${at} <= asked.at and (${at}, (${key}) collate "C") < (asked.at, asked.key collate "C")`

const attempts = `
  select 'ATTEMPT' as kind, a.started_at as at, 'attempt:' || a.id as key, a.ended_at, 'attempt.' || lower(a.outcome) as title, null as actor_name, null as reason,
    jsonb_strip_nulls(jsonb_build_object('cycle', a.cycle, 'number', a.number, 'code', a.error_code, 'cause', a.error_detail)) as details, a.id as attempt_id
  from platform.preparation_attempt a
  where a.tenant_id = asked.tenant_id and ${beyond('a.started_at', '\'attempt:\' || a.id')}`

const states = `
  select 'STATE', moved.at, 'state:' || c.cycle || ':' || moved.place, null::timestamptz, 'preparation.' || lower(moved.state), null, null,
    jsonb_strip_nulls(jsonb_build_object('cycle', c.cycle, 'code', case moved.state when 'FAILED' then c.error_code end)), null::uuid
  from platform.preparation_cycle c, lateral (values (1, 'PENDING', c.began_at), (2, 'PREPARING', c.taken_at), (3, c.outcome, c.ended_at)) as moved (place, state, at)
  where c.tenant_id = asked.tenant_id and moved.at is not null and ${beyond('moved.at', '\'state:\' || c.cycle || \':\' || moved.place')}`

const kindOfEvent = 'case when e.action = \'superadmin.access\' then \'ACCESS\' when e.action in (\'tenant.migrated\', \'tenant.setAside\') then \'MIGRATION\' else \'ACTION\' end'

// Whose events is said as the partial index `audit_event_of_operators` says it.
function events(kinds: readonly TimelineKind[]) {
  return `
  select ${kindOfEvent}, e.at, 'event:' || e.sequence, null::timestamptz, case e.action when 'tenant.migrated' then 'migration.done' when 'tenant.setAside' then 'migration.failed' else e.action end,
    e.actor_name, e.details ->> 'reason',
    case when e.action = 'tenant.setAside' and e.at >= t.set_aside_at and (e.details ->> 'to')::int = t.set_aside_version then e.details || jsonb_build_object('cause', t.set_aside_detail) else e.details end, null::uuid
  from platform.audit_event e join platform.tenant t on t.id = e.chain
  where e.chain = asked.tenant_id and (e.actor_kind in ('superadmin', 'system') or e.action like 'tenant.%') and ${kindOfEvent} in (${kinds.map(kind => `'${kind}'`).join(', ')}) and ${beyond('e.at', '\'event:\' || e.sequence')}`
}

const newestFirst = 'order by at desc, key collate "C" desc limit $4'

interface Row extends Omit<TimelineEntry, 'at' | 'endedAt' | 'steps'> {
  readonly tenantId: string
  readonly key: string
  readonly at: string | Date
  readonly atText: string
  readonly endedAt: string | Date | null
  readonly steps: readonly { name: string, startedAt: string, completedAt: string | null, rolledBack: boolean }[] | null
}

/** The pages asked for, in their order: one statement for all that want the same kinds and as many entries. */
export async function readTimelines(platform: Platform, requests: readonly TimelineRequest[]): Promise<Page<TimelineEntry>[]> {
  const alike = Map.groupBy(requests, ({ kinds, page }) => `${page.limit} ${kinds.join(' ')}`)
  const pages = new Map<TimelineRequest, Page<TimelineEntry>>()
  for (const group of alike.values()) {
    const rows = Map.groupBy(await readAlike(platform, group), ({ place }) => place)
    group.forEach((request, place) => pages.set(request, pageOf(request, rows.get(place + 1) ?? [])))
  }
  return requests.map(request => pages.get(request)!)
}

/** As one statement; each source gives no more than a page. */
function readAlike(platform: Platform, requests: readonly TimelineRequest[]): Promise<(Row & { place: number })[]> {
  const [{ kinds, page }] = requests as [TimelineRequest]
  const ofEvents = kinds.filter(kind => kind !== 'ATTEMPT' && kind !== 'STATE')
  const sources = [...kinds.includes('ATTEMPT') ? [attempts] : [], ...kinds.includes('STATE') ? [states] : [], ...ofEvents.length > 0 ? [events(ofEvents)] : []]
  return platform.query(`
    select asked.place::int, asked.tenant_id as "tenantId", entry.kind, entry.at, entry.at::text as "atText", entry.key, entry.ended_at as "endedAt", entry.title,
      entry.actor_name as "actorName", entry.reason, entry.details, (
        select json_agg(json_build_object('name', s.name, 'startedAt', s.started_at, 'completedAt', s.ended_at, 'rolledBack', s.rolled_back) order by s.position)
        from platform.preparation_step s where s.attempt_id = entry.attempt_id
      ) as steps
    from unnest($1::uuid[], $2::timestamptz[], $3::text[]) with ordinality as asked (tenant_id, at, key, place), lateral (
      select * from (${sources.map(source => `(${named(source)} ${newestFirst})`).join(' union all ')}) as any_kind ${newestFirst}
    ) as entry
    order by asked.place, entry.at desc, entry.key collate "C" desc`, [
    requests.map(({ tenantId }) => tenantId),
    requests.map(({ page: { after } }) => after?.[0] ?? 'infinity'),
    requests.map(({ page: { after } }) => after?.[1] ?? ''),
    page.limit + 1,
  ])
}

const columns = 'kind, at, key, ended_at, title, actor_name, reason, details, attempt_id'
const named = (source: string) => `select * from (${source}) as source (${columns})`

function pageOf({ tenantId, page }: TimelineRequest, rows: readonly Row[]): Page<TimelineEntry> {
  const kept = rows.slice(0, page.limit)
  return new Page(kept.map(entryOf), kept.map(({ atText, key }) => [atText, key]), page, rows.length > page.limit, () => Promise.reject(new Error(`Nobody counts the timeline of ${tenantId}.`)))
}

function entryOf({ tenantId, key, kind, at, endedAt, title, actorName, reason, details, steps }: Row): TimelineEntry {
  return {
    id: `${tenantId}:${key}`,
    kind,
    at: new Date(at),
    endedAt: instant(endedAt),
    title,
    actorName,
    reason,
    details,
    steps: (steps ?? []).map(step => ({ ...step, startedAt: new Date(step.startedAt), completedAt: instant(step.completedAt) })),
  }
}
