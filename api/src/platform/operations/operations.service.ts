import type { Repeater } from '@graphql-yoga/subscription'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { TenancyService, Tenant, TenantRow } from '../tenancy/room.ts'
import type { StoredFailure } from './failures.queries.ts'
import type { Figures } from './figures.queries.ts'
import type { TenantsChanged, TenantsFeed } from './tenants-feed.ts'
import type { People } from './tenants.queries.ts'
import type { TimelineEntry, TimelineRequest } from './timeline.queries.ts'
import { invalidField, NotFound } from '../../shared/errors.ts'
import { prepareTenant, safeMessage } from '../preparation/room.ts'
import { readFailureGroups, readFailures } from './failures.queries.ts'
import { readFigures } from './figures.queries.ts'
import { readPeople, readSizes } from './tenants.queries.ts'
import { readTimelines } from './timeline.queries.ts'

const usualDays = 30
const mostDays = 90

/** What the operator knows of one tenant, from its own row. */
export interface Operations {
  readonly tenantId: string
  readonly node: string
  readonly schemaVersion: number | null
  readonly newestVersion: number
  readonly behind: boolean
  readonly setAsideVersion: number | null
  readonly setAsideCode: string | null
  readonly setAsideCause: string | null
  readonly setAsideAt: Date | null
  readonly restoredFrom: string | null
}

export interface Failure extends StoredFailure { readonly message: string, readonly maxAttempts: number }

/** All that the operator is shown of tenants; the batches are for `RequestContext.load`, and cost one statement each. */
export class OperationsService {
  constructor(private readonly platform: Platform, private readonly tenancy: TenancyService, private readonly feed: TenantsFeed) {}

  tenant(id: string): Promise<Tenant> {
    return this.tenancy.get(id.toLowerCase())
  }

  readonly operationsOf = async (tenantIds: readonly string[]): Promise<Operations[]> => {
    const rows = new Map((await this.tenancy.findAll(tenantIds)).map(row => [row.id, row]))
    return tenantIds.map((id) => {
      const row = rows.get(id)
      if (!row)
        throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
      return this.#operations(row)
    })
  }

  readonly peopleOf = async (tenantIds: readonly string[]): Promise<People[]> => {
    const people = await readPeople(this.platform, tenantIds)
    return tenantIds.map(id => people.get(id)!)
  }

  readonly sizesOf = async (tenantIds: readonly string[]): Promise<(number | null)[]> => {
    const sizes = await readSizes(this.platform, tenantIds)
    return tenantIds.map(id => sizes.get(id) ?? null)
  }

  readonly failuresOf = async (tenantIds: readonly string[]): Promise<(Failure | null)[]> => {
    const failures = await readFailures(this.platform, tenantIds)
    return tenantIds.map((id) => {
      const failure = failures.get(id)
      return failure ? { ...failure, message: safeMessage(failure.code), maxAttempts: prepareTenant.attempts } : null
    })
  }

  readonly timelinesOf = (requests: readonly TimelineRequest[]): Promise<Page<TimelineEntry>[]> => readTimelines(this.platform, requests)

  /** Open failures by code, most first, with the last tenants of each. Two statements. */
  async failedPreparations() {
    const groups = await readFailureGroups(this.platform)
    const rows = new Map((await this.tenancy.findAll(groups.flatMap(({ tenantIds }) => tenantIds))).map(row => [row.id, row]))
    return groups.map(({ tenantIds, ...group }) => ({
      ...group,
      message: safeMessage(group.code),
      // One that was deleted between the two statements is no longer a failure.
      tenants: tenantIds.flatMap(id => rows.get(id) ?? []),
    }))
  }

  async figures(days: number | null | undefined): Promise<Figures> {
    const asked = days ?? usualDays
    if (asked < 1 || asked > mostDays)
      throw invalidField(['days'], 'BAD_USER_INPUT', `\`days\` must be from 1 to ${mostDays}.`)
    return readFigures(this.platform, asked)
  }

  watchTenants(): Repeater<TenantsChanged> {
    return this.feed.watch()
  }

  #operations(row: TenantRow): Operations {
    const { id, node, schemaVersion, setAsideVersion, setAsideCode, setAsideDetail, setAsideAt, restoredFrom } = row
    return { tenantId: id, node, schemaVersion, newestVersion: this.tenancy.newestVersion, behind: this.tenancy.isBehind(row), setAsideVersion, setAsideCode, setAsideCause: setAsideDetail, setAsideAt, restoredFrom }
  }
}
