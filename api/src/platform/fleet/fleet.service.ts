import type { Repeater } from '@graphql-yoga/subscription'
import type { RolloutPlan } from '../../config.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { ServedVersions } from '../tenancy/room.ts'
import type { RolloutFeed } from './rollout-feed.ts'
import type { Rollout } from './rollout.ts'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { publish } from '../../events/bus.ts'
import { rolloutChanged } from '../../events/topics.ts'
import { Conflict, Invalid, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { absent, parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { Tenant } from '../tenancy/room.ts'
import { findDrift } from './drift.ts'
import { lastRollouts, rolloutById } from './rollout.ts'

const startInput = z.strictObject({
  canaries: absent(z.int().min(0).max(100)),
  parallel: absent(z.int().min(1).max(32)),
  failureBudget: absent(z.int().min(0).max(10_000)),
})

const mostRollouts = 100
/** How many failures, or schools that differ, are listed at once: who has more of them looks at the causes, not at each school. */
const mostFailures = 200

/** What went wrong with one school. */
interface FailureRow { id: string, code: string, cause: string | null, at: Date | string }

/** At which version the schools are, and the roll-outs that move them: ordered here, driven by a worker. */
export class FleetService {
  constructor(
    private readonly platform: Platform,
    private readonly served: ServedVersions,
    private readonly plan: RolloutPlan,
    private readonly feed: RolloutFeed,
  ) {}

  async fleet() {
    const [supportedVersion, versions, setAside, [counted], [rollout]] = await Promise.all([
      this.#target(),
      this.platform.query<{ version: number, tenants: number }>(`
        select schema_version as version, count(*)::int as tenants from platform.tenant
        where preparation_status = 'READY' group by schema_version order by schema_version desc`),
      this.platform.query<FailureRow & { version: number }>(`
        select id, set_aside_version as version, set_aside_code as code, set_aside_detail as cause, set_aside_at as at
        from platform.tenant where set_aside_version is not null order by set_aside_at desc, id limit $1`, [mostFailures]),
      this.platform.query<{ setAside: number }>('select count(*)::int as "setAside" from platform.tenant where set_aside_version is not null'),
      lastRollouts(this.platform.query, 1),
    ])
    return {
      supportedVersion,
      oldestServed: this.served.oldest,
      versions,
      behind: versions.reduce((sum, { version, tenants }) => version < supportedVersion ? sum + tenants : sum, 0),
      setAside: await this.#withTenants(setAside),
      setAsideCount: counted!.setAside,
      plan: this.plan,
      rollout: rollout ?? null,
    }
  }

  /** Schools whose tables are not what their version says. */
  async drift() {
    const started = performance.now()
    const { checked, differing } = await findDrift(this.platform.query)
    const seconds = (performance.now() - started) / 1000
    const differences = new Map(differing.map(drift => [drift.tenantId, drift.differences]))
    const listed = differing.length > 0 ? await this.platform.fork().find(Tenant, { id: { $in: [...differences.keys()] } }, { orderBy: { slug: 'asc' }, limit: mostFailures }) : []
    return { checked, seconds, differing: differing.length, tenants: listed.map(tenant => ({ tenant, differences: differences.get(tenant.id)! })) }
  }

  /** The last roll-outs, the newest first. */
  async rollouts(first: number): Promise<Rollout[]> {
    if (first < 1 || first > mostRollouts)
      throw new Invalid(`Ask for 1 to ${mostRollouts} roll-outs.`, { fields: [{ path: ['first'], code: 'BAD_USER_INPUT', message: `Ask for 1 to ${mostRollouts}.` }] })
    return lastRollouts(this.platform.query, first)
  }

  async rollout(id: string): Promise<Rollout> {
    const rollout = isUuid(id) ? await rolloutById(this.platform.query, id) : undefined
    if (!rollout)
      throw new NotFound('Roll-out')
    return rollout
  }

  /** The schools that these roll-outs could not migrate, the last first; for `RequestContext.load`. */
  readonly failuresOf = async (rolloutIds: readonly string[]) => {
    const failures = Map.groupBy(await this.#withTenants(await this.platform.query<FailureRow & { rolloutId: string, canary: boolean, attempts: number }>(`
      select r.id as "rolloutId", f.* from unnest($1::uuid[]) as r (id), lateral (
        select tenant_id as id, canary, error_code as code, error_detail as cause, attempts, ended_at as at
        from platform.rollout_school where rollout_id = r.id and outcome = 'FAILED' order by ended_at desc, tenant_id limit $2
      ) as f order by f.at desc, f.id`, [rolloutIds, mostFailures])), ({ rolloutId }) => rolloutId)
    return rolloutIds.map(id => failures.get(id) ?? [])
  }

  /** Orders a roll-out to the newest version; CONFLICT while one is open, NOTHING_TO_DO where no school is behind. */
  async start(input: unknown, trail: Trail): Promise<Rollout> {
    const asked = parseInput(startInput, input ?? {})
    const plan = { canaries: asked.canaries ?? this.plan.canaries, parallel: asked.parallel ?? this.plan.parallel, failureBudget: asked.failureBudget ?? this.plan.failureBudget }
    const target = await this.#target()
    const id = randomUUID()
    await this.platform.transaction(async (db) => {
      const [behind] = await db.execute<{ count: number }[]>('select count(*)::int as count from platform.tenant where preparation_status = \'READY\' and schema_version < ?', [target])
      if (!behind?.count)
        throw new Conflict('Every school is at the newest version.', { code: 'NOTHING_TO_DO' })
      const opened = await db.execute<{ id: string }[]>(`
        insert into platform.rollout (id, target_version, canaries, parallel, failure_budget, requested_by) values (?, ?, ?, ?, ?, ?)
        on conflict do nothing returning id`, [id, target, plan.canaries, plan.parallel, plan.failureBudget, trail.actor.id ?? null])
      if (opened.length === 0)
        throw new Conflict('A roll-out is open already. Resume it, or wait until it is done.')
      await tell(db, id)
      await record(db, null, { action: 'rollout.started', subject: { type: 'rollout', id }, details: { targetVersion: target, schools: behind.count, ...plan } }, trail)
    })
    return this.rollout(id)
  }

  /** RUNNING → PAUSED; schools under way are finished. */
  pause(id: string, trail: Trail): Promise<Rollout> {
    return this.#move(id, ['RUNNING'], 'PAUSED', 'rollout.paused', trail)
  }

  /** PAUSED or STOPPED → RUNNING; schools that failed before a stop are tried again. */
  resume(id: string, trail: Trail): Promise<Rollout> {
    return this.#move(id, ['PAUSED', 'STOPPED'], 'RUNNING', 'rollout.resumed', trail)
  }

  /** The open roll-out or the last one first, then each change. */
  watch(): Repeater<Rollout | null> {
    return this.feed.watch()
  }

  async #move(id: string, from: readonly string[], to: string, action: string, trail: Trail): Promise<Rollout> {
    const before = await this.rollout(id)
    await this.platform.transaction(async (db) => {
      const moved = await db.execute<{ id: string }[]>('update platform.rollout set state = ? where id = ? and state = any(string_to_array(?, \' \')) returning id', [to, id, from.join(' ')])
      if (moved.length === 0)
        throw new Conflict(`This roll-out is ${before.state}.`, { facts: { state: before.state } })
      await tell(db, id)
      await record(db, null, { action, subject: { type: 'rollout', id }, details: { targetVersion: before.targetVersion } }, trail)
    })
    return this.rollout(id)
  }

  /** A worker may be newer than this process: then its version is the one to reach. */
  async #target(): Promise<number> {
    const [last] = await this.platform.query<{ version: number }>('select max(target_version) as version from platform.rollout where started_at = (select max(started_at) from platform.rollout)')
    return Math.max(this.served.newest, last?.version ?? 0)
  }

  async #withTenants<More extends object>(rows: readonly (FailureRow & More)[]): Promise<(Omit<FailureRow & More, 'id' | 'at'> & { tenant: Tenant, at: Date })[]> {
    const tenants = await this.#tenants(rows.map(({ id }) => id))
    // One that was deleted meanwhile has nothing left to mend.
    return rows.flatMap(({ id, at, ...row }) => {
      const tenant = tenants.get(id)
      return tenant ? [{ ...row, tenant, at: new Date(at) }] : []
    })
  }

  async #tenants(ids: readonly string[]): Promise<Map<string, Tenant>> {
    const tenants = ids.length > 0 ? await this.platform.fork().find(Tenant, { id: { $in: [...ids] } }) : []
    return new Map(tenants.map(tenant => [tenant.id, tenant]))
  }
}

async function tell(db: PlatformDb, rolloutId: string): Promise<void> {
  await db.execute('select pg_notify(?, ?)', publish(rolloutChanged, { rolloutId }).values)
}
