import type { Principal } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { Founding } from '../registration/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { HeldMail } from './held-mail.ts'
import { randomBytes, randomUUID } from 'node:crypto'
import { memberOf } from '../../access/signed-in.ts'
import { Conflict, invalidField, NotFound } from '../../shared/errors.ts'
import { record } from '../audit/room.ts'
import { letGo, makeMove } from '../lifecycle/room.ts'
import { Tenant } from '../tenancy/room.ts'
import { heldMailsOf } from './held-mail.ts'

export class TestSchoolsService {
  constructor(private readonly parts: { platform: Platform, tenancy: TenancyService, preparation: PreparationService, founding: Founding }) {}

  /** A school's test school, or the test school that asks. */
  async find(tenantId: string): Promise<Tenant | null> {
    const tenant = await this.parts.tenancy.get(tenantId)
    return tenant.test ? tenant : this.parts.platform.fork().findOne(Tenant, { testOf: tenantId })
  }

  /** Tenant, membership, audit records and the job commit together, as with every school. */
  async create(tenantId: string, principal: Principal, trail: Trail): Promise<Tenant> {
    const school = await this.parts.tenancy.get(tenantId)
    if (school.test)
      throw new Conflict('This is a test school: it has none of its own.', { code: 'TEST_SCHOOL' })
    if (await this.find(tenantId))
      throw exists()
    const { name, timeZone, locale } = school
    const test = { name: [...`TEST · ${name}`].slice(0, 200).join(''), slug: await this.#freeSlug(school.slug), timeZone, locale, idempotencyKey: null }
    return this.parts.founding.found(test, {
      asked: ['test', tenantId],
      testOf: tenantId,
      ready: async () => memberOf(principal).accountId,
      settle: async (db, tenant, accountId) => {
        await record(db, tenant.id, { action: 'tenant.created', subject: { type: 'tenant', id: tenant.id }, details: { slug: tenant.slug } }, trail)
        await enter(db, tenant.id, accountId, trail)
        await record(db, tenantId, { action: 'testSchool.created', subject: { type: 'tenant', id: tenant.id }, details: { slug: tenant.slug } }, trail)
        return tenant
      },
      repeat: id => this.parts.tenancy.get(id),
      // Of two at once the indexes let one through, by whichever of them.
    }).catch(async (error) => { throw await this.find(tenantId) ? exists() : error })
  }

  /** Another ADMIN of the school has a look. */
  async join(tenantId: string, principal: Principal, trail: Trail): Promise<Tenant> {
    const test = await this.#get(tenantId)
    await this.parts.platform.transaction(db => enter(db, test.id, memberOf(principal).accountId, trail))
    return test
  }

  async reset(tenantId: string, trail: Trail): Promise<Tenant> {
    const test = await this.#get(tenantId)
    const begun = await this.parts.platform.transaction(async (db) => {
      if (!await this.parts.preparation.beginAnew(db, test.id))
        return false
      await record(db, test.id, { action: 'testSchool.reset', subject: { type: 'tenant', id: test.id } }, trail)
      return true
    })
    const now = await this.parts.tenancy.get(test.id)
    if (!begun)
      throw busy(now)
    return now
  }

  /** At once: there is nothing in it that anybody would miss. A worker does it, as with every school. */
  async delete(tenantId: string, slug: string, trail: Trail): Promise<Tenant> {
    const test = await this.#get(tenantId)
    if (slug.trim() !== test.slug)
      throw invalidField(['slug'], 'NOT_CONFIRMED', 'This is not the short name of the test school.')
    const going = await this.parts.platform.transaction(async (db) => {
      if (!await makeMove(db, test.id, letGo, { reason: 'Its school deleted this test school.', graceDays: 0 }))
        return false
      await record(db, test.id, { action: letGo.action, subject: { type: 'tenant', id: test.id } }, trail)
      if (tenantId !== test.id)
        await record(db, tenantId, { action: 'testSchool.deleted', subject: { type: 'tenant', id: test.id }, details: { slug: test.slug } }, trail)
      return true
    })
    if (!going)
      throw busy(test)
    return { ...test, lifecycle: 'DELETING' }
  }

  mails(tenantId: string): Promise<HeldMail[]> {
    return heldMailsOf(this.parts.platform, tenantId)
  }

  async #get(tenantId: string): Promise<Tenant> {
    const test = await this.find(tenantId)
    if (!test)
      throw new NotFound('The test school')
    return test
  }

  async #freeSlug(slug: string): Promise<string> {
    const stem = `${slug.slice(0, 28).replace(/-+$/, '')}-test`
    const { available } = await this.parts.tenancy.checkSlug(stem)
    return available ? stem : `${stem}-${randomBytes(3).toString('hex')}`
  }
}

const exists = () => new Conflict('The school has a test school already.', { code: 'TEST_SCHOOL_EXISTS' })

const busy = ({ preparationStatus, lifecycle }: Tenant) => new Conflict('The test school is being prepared or deleted: wait for the end.', { facts: { status: preparationStatus, lifecycle } })

/** Makes somebody an ADMIN of the test school, once. */
async function enter(db: PlatformDb, tenantId: string, accountId: string, trail: Trail): Promise<void> {
  const id = randomUUID()
  const entered = await db.execute<unknown[]>('insert into platform.membership (id, account_id, tenant_id, role) values (?, ?, ?, \'ADMIN\') on conflict (account_id, tenant_id) do nothing returning id', [id, accountId, tenantId])
  if (entered.length > 0)
    await record(db, tenantId, { action: 'membership.created', subject: { type: 'membership', id }, details: { accountId, role: 'ADMIN' } }, trail)
}
