import type { MemberRole } from '../../access/principal.ts'
import type { Client, RequestContext } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { Asking, Credentials, Enter, ProofService } from './proof.service.ts'
import type { SessionsService, StartedSession } from './sessions.service.ts'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { Conflict, Forbidden, Unauthenticated } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { line, parseInput } from '../../shared/validate.ts'
import { Account } from './account.entity.ts'
import { Membership } from './membership.entity.ts'

const signInInput = z.strictObject({
  email: line(254),
  password: z.string().max(1000),
  tenantId: z.string().refine(isUuid, 'This is no id of a school.').nullish(),
  totp: z.string().max(20).nullish(),
})

export class IdentityService {
  constructor(
    private readonly platform: Platform,
    private readonly proof: ProofService,
    readonly sessions: SessionsService,
  ) {}

  /** Signs in by e-mail, password and second factor; unknown, wrong and disabled answer alike and take the same time. */
  async signIn(input: unknown, tenantInContext: string | undefined, client: Client, requestId: string): Promise<StartedSession> {
    const { tenantId, ...credentials } = parseInput(signInInput, input)
    if (tenantId && tenantInContext && tenantId !== tenantInContext)
      throw new Forbidden('Two different schools are named.', { code: 'TENANT_MISMATCH' })
    const session = await this.proof.byCredentials(credentials, { client, requestId }, async (db, account) => {
      const membership = await chooseMembership(db, account, tenantId ?? tenantInContext)
      return this.sessions.start(db, { account, membership }, client, requestId)
    })
    // Whose session this browser had before: it is of no more use to anybody.
    await this.sessions.end(undefined, client, requestId)
    session.keep(client)
    return session
  }

  /** Shows whose e-mail, password and second factor these are, as signing in does, and runs `enter` in the same transaction. */
  prove<T>(credentials: Credentials, asking: Asking, enter: Enter<T>): Promise<T> {
    return this.proof.byCredentials(credentials, asking, enter)
  }

  /** The account with this e-mail, however it is written. */
  findAccount(email: string): Promise<Account | null> {
    return this.proof.findAccount(email)
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
    if (principal.kind === 'visitor' || principal.kind === 'integrator')
      return null
    const account = await this.platform.fork().findOneOrFail(Account, { id: principal.accountId })
    return principal.kind === 'member'
      ? { account, role: principal.role, tenantId: principal.tenantId }
      : { account, role: null, tenantId: null }
  }
}

/** The school to sign in to; null for the operator's people, who belong to none. */
async function chooseMembership(db: PlatformDb, account: Account, tenantId: string | undefined): Promise<{ tenantId: string, role: MemberRole } | null> {
  if (account.superadmin)
    return null
  const memberships = await db.execute<{ tenant_id: string, role: MemberRole, name: string, slug: string }[]>(`
    select m.tenant_id, m.role, t.name, t.slug from platform.membership m
    join platform.tenant t on t.id = m.tenant_id and t.lifecycle in ('ACTIVE', 'SUSPENDED')
    where m.account_id = ? order by m.created_at, m.id`, [account.id])
  if (!tenantId && memberships.length > 1)
    throw new Conflict('You belong to several schools: choose one.', { facts: { tenants: memberships.map(({ tenant_id: id, name, slug }) => ({ id, name, slug })) } })
  const chosen = tenantId ? memberships.find(membership => membership.tenant_id === tenantId) : memberships[0]
  if (chosen)
    return { tenantId: chosen.tenant_id, role: chosen.role }
  const [away] = await db.execute<{ reason: string | null }[]>(`
    select t.lifecycle_reason as reason from platform.membership m join platform.tenant t on t.id = m.tenant_id
    where m.account_id = ? and (?::uuid is null or t.id = ?) order by t.lifecycle_changed_at desc limit 1`, [account.id, tenantId ?? null, tenantId ?? null])
  if (away)
    throw new Forbidden('Your school has been put away. Please ask the operator.', { code: 'TENANT_ARCHIVED', facts: away })
  throw tenantId
    ? new Unauthenticated('E-mail or password is wrong.', { code: 'INVALID_CREDENTIALS' })
    : new Forbidden('You do not belong to a school.')
}
