import type { Platform } from '../../database/platform-db.ts'
import type { TenantAddress } from '../../database/school-db.ts'
import type { ServedVersions } from './served-versions.ts'
import type { SlugRefusal } from './slug.ts'
import type { TenantState, TenantStateRow } from './tenant-state.ts'
import type { TenantList, TenantPage, TenantRow } from './tenants.queries.ts'
import { ExpectedError, Forbidden, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { serves } from './served-versions.ts'
import { refuseSlug, slugLook, slugSuggestions } from './slug.ts'
import { tenantStateColumns, tenantStateOf } from './tenant-state.ts'
import { Tenant } from './tenant.entity.ts'
import { tenantsById, tenantsPage } from './tenants.queries.ts'

/** School data was asked for before the school is ready; `extensions.status` says how far it is. */
class TenantNotReady extends ExpectedError {
  readonly status = 409
  constructor(status: string) { super('This school is not ready yet.', 'TENANT_NOT_READY', { facts: { status } }) }
}

/** The school's tables are of another version than this code: they are being migrated, or could not be. */
class TenantMaintenance extends ExpectedError {
  readonly status = 503
  constructor() { super('This school is being updated. Please try again in a moment.', 'TENANT_MAINTENANCE', { facts: { retryAfter: 10 } }) }
}

export interface SlugAnswer {
  slug: string
  available: boolean
  reason: SlugRefusal | null
  message: string | null
  suggestion: string | null
}

export class TenancyService {
  /** `served`: the versions of a school's tables that this code reads and writes. */
  constructor(private readonly platform: Platform, private readonly served: ServedVersions) {}

  /** The tenant with this id, or null: malformed ids name nobody. */
  async find(id: string): Promise<Tenant | null> {
    return isUuid(id) ? this.platform.fork().findOne(Tenant, { id }) : null
  }

  async get(id: string): Promise<Tenant> {
    const tenant = await this.find(id)
    if (!tenant)
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
    return tenant
  }

  /** One page of all tenants, for the operator. */
  list(list: TenantList): Promise<TenantPage> {
    return tenantsPage(this.platform, this.served, list)
  }

  /** The newest version of a school's tables that this release makes. */
  get newestVersion(): number {
    return this.served.newest
  }

  /** Whether `TenantFilter.behind` finds this tenant. */
  isBehind({ preparationStatus, schemaVersion, setAsideVersion }: Pick<TenantRow, 'preparationStatus' | 'schemaVersion' | 'setAsideVersion'>): boolean {
    return preparationStatus === 'READY' && (schemaVersion! < this.served.newest || setAsideVersion !== null)
  }

  /** These tenants as lists have them; those that are gone are left out. */
  async findAll(ids: readonly string[]): Promise<TenantRow[]> {
    return ids.length === 0 ? [] : tenantsById(this.platform, ids)
  }

  async findBySlug(slug: string): Promise<Tenant | null> {
    return this.platform.fork().findOne(Tenant, { slug })
  }

  /** Where the tenant's school lives, if it may be entered now. */
  async admit(id: string): Promise<TenantAddress> {
    // A plain row: an entity would cost as much as the rest of a small answer.
    const [tenant] = isUuid(id)
      ? await this.platform.query<TenantStateRow>(`select ${tenantStateColumns} from platform.tenant t where t.id = $1`, [id])
      : []
    return this.admitTo(tenant && tenantStateOf(tenant))
  }

  /** The same for a tenant that has just been read. */
  admitTo(tenant: TenantState | undefined): TenantAddress {
    if (!tenant)
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
    if (tenant.lifecycle === 'SUSPENDED')
      throw new Forbidden('This school is suspended.', { code: 'TENANT_SUSPENDED', facts: { reason: tenant.lifecycleReason } })
    if (tenant.lifecycle !== 'ACTIVE')
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
    if (tenant.preparationStatus !== 'READY')
      throw new TenantNotReady(tenant.preparationStatus)
    if (!serves(this.served, tenant))
      throw new TenantMaintenance()
    return { id: tenant.id, node: tenant.node }
  }

  /** Whether sign-up would take this slug, and a free one like it where not. */
  async checkSlug(slug: string): Promise<SlugAnswer> {
    const refusal = refuseSlug(slug) ?? await this.#refuseTaken(slug)
    if (!refusal)
      return { slug, available: true, reason: null, message: null, suggestion: null }
    return { slug: slug.slice(0, 64), available: false, ...refusal, suggestion: await this.#suggest(slug) }
  }

  async #refuseTaken(slug: string): Promise<{ reason: SlugRefusal, message: string } | undefined> {
    const taken = await this.platform.fork().findOne(Tenant, { slugLook: slugLook(slug) }, { fields: ['slug'] })
    if (!taken)
      return undefined
    return taken.slug === slug
      ? { reason: 'TAKEN', message: 'A school has this address already.' }
      : { reason: 'TAKEN', message: 'This address looks just like another school\'s.' }
  }

  async #suggest(slug: string): Promise<string | null> {
    const candidates = slugSuggestions(slug)
    if (candidates.length === 0)
      return null
    const taken = await this.platform.fork().find(Tenant, { slugLook: { $in: candidates.map(slugLook) } }, { fields: ['slugLook'] })
    const looks = new Set(taken.map(tenant => tenant.slugLook))
    return candidates.find(candidate => !looks.has(slugLook(candidate))) ?? null
  }
}
