import type { Client, RequestContext } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { SessionsService, StartedSession } from './sessions.service.ts'
import { randomUUID } from 'node:crypto'
import { Conflict, Forbidden, Unauthenticated } from '../../shared/errors.ts'
import { Account } from './account.entity.ts'
import { Membership } from './membership.entity.ts'
import { matchesNobody, passwordMatches } from './password.ts'

export interface SignIn { email: string, password: string, tenantId?: string | null }

export class IdentityService {
  constructor(
    private readonly platform: Platform,
    private readonly tenancy: TenancyService,
    readonly sessions: SessionsService,
  ) {}

  /** Signs in by e-mail and password; unknown, wrong and disabled answer alike and take the same time. */
  async signIn(input: SignIn, tenantInContext: string | undefined, client: Client): Promise<StartedSession> {
    const account = await this.findAccount(this.platform.fork(), input.email)
    const good = account ? await passwordMatches(account.passwordHash, input.password) : await matchesNobody(input.password)
    if (!account || !good || account.disabledAt)
      throw new Unauthenticated('E-mail or password is wrong.', { code: 'INVALID_CREDENTIALS' })
    if (input.tenantId && tenantInContext && input.tenantId !== tenantInContext)
      throw new Forbidden('Two different schools are named.', { code: 'TENANT_MISMATCH' })
    const session = await this.platform.transaction(async (db) => {
      const membership = await this.#chooseMembership(db, account, input.tenantId ?? tenantInContext)
      return this.sessions.start(db, { account, membership })
    })
    session.keep(client)
    return session
  }

  /** The account with this e-mail, however it is written. */
  async findAccount(db: PlatformDb, email: string): Promise<Account | null> {
    const [row] = await db.execute<{ id: string }[]>('select id from platform.account where lower(email) = lower(?)', [email.trim().normalize('NFC')])
    return row ? db.findOne(Account, { id: row.id }) : null
  }

  /** Creates a person and makes them the tenant's ADMIN, in the transaction of `db`. */
  async createOwner(db: PlatformDb, person: { name: string, email: string, passwordHash: string }, tenantId: string): Promise<{ account: Account, membership: Membership }> {
    const account = db.create(Account, { id: randomUUID(), ...person, createdAt: new Date(), credentialsChangedAt: new Date() })
    const membership = db.create(Membership, { id: randomUUID(), accountId: account.id, tenantId, role: 'ADMIN', createdAt: new Date() })
    await db.flush()
    return { account, membership }
  }

  /** The person behind a request; null for a visitor. */
  async viewer(context: RequestContext): Promise<StartedSession['viewer'] | null> {
    const { principal } = context
    if (principal.kind === 'visitor')
      return null
    const account = await this.platform.fork().findOneOrFail(Account, { id: principal.accountId })
    return { account, role: principal.role, tenantId: principal.tenantId }
  }

  async #chooseMembership(db: PlatformDb, account: Account, tenantId: string | undefined): Promise<Membership> {
    const memberships = await db.find(Membership, { accountId: account.id }, { orderBy: { createdAt: 'asc' } })
    if (tenantId) {
      const chosen = memberships.find(membership => membership.tenantId === tenantId)
      if (!chosen)
        throw new Unauthenticated('E-mail or password is wrong.', { code: 'INVALID_CREDENTIALS' })
      return chosen
    }
    if (memberships.length > 1) {
      const tenants = await Promise.all(memberships.map(membership => this.tenancy.get(membership.tenantId)))
      throw new Conflict('You belong to several schools: choose one.', { facts: { tenants: tenants.map(({ id, name, slug }) => ({ id, name, slug })) } })
    }
    if (!memberships[0])
      throw new Forbidden('You do not belong to a school.')
    return memberships[0]
  }
}
