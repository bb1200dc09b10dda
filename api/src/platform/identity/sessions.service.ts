import type { Member, MemberRole, PersonStanding, Superadmin } from '../../access/principal.ts'
import type { Client } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { TenantState } from '../tenancy/room.ts'
import type { AccessTokens } from './access-token.ts'
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import { Unauthenticated } from '../../shared/errors.ts'
import { together } from '../../shared/together.ts'
import { recordAll, trailOfAccount } from './account-trail.ts'
import { Account } from './account.entity.ts'
import { endSessions } from './end-sessions.ts'
import { readStandings } from './live-sessions.ts'
import { Membership } from './membership.entity.ts'
import { Session } from './session.entity.ts'

/**
 * How long a session lasts, and how long it may lie idle, in milliseconds. NIST SP 800-63B-4, 2.1.3 and 2.2.3: 30 days for
 * a password alone; 12 hours and half an hour of rest with a second factor, which the operator's people have.
 */
const hour = 3_600_000
const lifetimes = {
  member: { most: 30 * 24 * hour, idle: 14 * 24 * hour },
  superadmin: { most: 12 * hour, idle: hour / 2 },
}
/** Two tabs may send the same refresh token at once; for this long the second is not taken for a thief. */
const graceSeconds = 10

export interface StartedSession {
  readonly accessToken: string
  readonly expiresAt: Date
  readonly viewer: { readonly account: Account, readonly role: MemberRole | null, readonly tenantId: string | null }
}

/** Who signs in; without a membership it is one of the operator's people. */
interface Identity { account: Account, membership: Pick<Membership, 'tenantId' | 'role'> | null }

export class SessionsService {
  /** Asked by every request: those of the same moment are asked together. */
  readonly #find = together((sessionIds: readonly string[]) => readStandings(this.platform, sessionIds))

  constructor(private readonly platform: Platform, private readonly tokens: AccessTokens) {}

  /**
   * Opens a session and records it, as the last thing in the transaction of `db`. Once that has committed, `keep` puts
   * its refresh token into the client's cookie.
   */
  async start(db: PlatformDb, { account, membership }: Identity, from: Pick<Client, 'address' | 'userAgent'>, requestId?: string): Promise<StartedSession & { keep: (client: Client) => void }> {
    const secret = randomBytes(32)
    const session = db.create(Session, {
      id: randomUUID(),
      accountId: account.id,
      tenantId: membership?.tenantId ?? null,
      refreshHash: digest(secret),
      expiresAt: new Date(Date.now() + lifetimeOf(account).most),
      rotatedAt: new Date(),
      createdAt: new Date(),
      lastUsedAt: new Date(),
      address: from.address,
      userAgent: from.userAgent ?? null,
    })
    await db.flush()
    await recordAll(db, [[session.tenantId ?? null, { action: 'session.started', subject: { type: 'session', id: session.id }, details: { accountId: account.id } }]], trailOfAccount(account, requestId))
    return {
      ...await this.#answer(session.id, { account, membership }),
      keep: client => client.keepRefreshToken(refreshToken(session.id, secret), session.expiresAt),
    }
  }

  /** Trades the refresh cookie for a new access token and a new cookie. A token used twice ends the whole family. */
  async refresh(client: Client, requestId: string): Promise<StartedSession> {
    const presented = parseRefreshToken(client.refreshToken)
    if (!presented)
      throw new Unauthenticated()
    const outcome = await this.platform.transaction(async (db) => {
      // The row lock makes two tabs take turns.
      const session = await db.findOne(Session, { id: presented.sessionId }, { lockMode: LockMode.PESSIMISTIC_WRITE })
      if (!session || session.revokedAt || session.expiresAt <= new Date())
        return undefined
      const identity = await this.#identify(db, session)
      if (!identity)
        return undefined
      const hash = digest(presented.secret)
      if (same(hash, session.refreshHash)) {
        const secret = randomBytes(32)
        session.previousRefreshHash = session.refreshHash
        session.refreshHash = digest(secret)
        session.rotatedAt = new Date()
        session.lastUsedAt = new Date()
        return { session, identity, cookie: refreshToken(session.id, secret) }
      }
      const justRotated = Date.now() - session.rotatedAt.getTime() < graceSeconds * 1000
      if (justRotated && session.previousRefreshHash && same(hash, session.previousRefreshHash))
        return { session, identity, cookie: undefined } // the other tab's answer has set the new cookie
      await recordAll(db, await endSessions(db, session.accountId, { only: session.id }, 'REUSE'), { actor: { kind: 'visitor' }, requestId })
      return undefined
    })
    if (!outcome) {
      client.keepRefreshToken(undefined)
      throw new Unauthenticated('This session has ended. Please sign in again.')
    }
    if (outcome.cookie)
      client.keepRefreshToken(outcome.cookie, outcome.session.expiresAt)
    return this.#answer(outcome.session.id, outcome.identity)
  }

  /** Ends the session of the access token or of the cookie, whichever is there. */
  async end(sessionId: string | undefined, client: Client, requestId: string): Promise<void> {
    const presented = parseRefreshToken(client.refreshToken)
    const named = [
      ...(sessionId ? [{ id: sessionId }] : []),
      // A cookie ends its session only with the right secret: an id alone is no credential.
      ...(presented ? [{ id: presented.sessionId, refreshHash: digest(presented.secret) }] : []),
    ]
    if (named.length > 0) {
      await this.platform.transaction(async (db) => {
        const open = await db.find(Session, { revokedAt: null, $or: named }, { fields: ['accountId', 'tenantId'] })
        for (const { id, accountId, tenantId } of open)
          await recordAll(db, await endSessions(db, accountId, { only: id }, 'SIGN_OUT'), { actor: { kind: tenantId ? 'member' : 'superadmin', id: accountId }, requestId })
      })
    }
    client.keepRefreshToken(undefined)
  }

  /** Who is behind an access token, and how a member's school stands. The database decides: a session, account or membership that ended is 401. */
  async recognise(token: string): Promise<{ principal: Member | Superadmin, tenant: TenantState | undefined }> {
    const { accountId, sessionId, tenantId, expiresAt } = await this.tokens.verify(token)
    const { standing, tenant } = await this.#find(sessionId) ?? {}
    if (standing?.accountId !== accountId || (standing.kind === 'member' ? standing.tenantId : null) !== tenantId)
      throw new Unauthenticated('This session has ended. Please sign in again.')
    return { principal: { ...standing, expiresAt }, tenant }
  }

  /** Who is behind each of these sessions now; those that have ended are left out. */
  async standings(sessionIds: readonly string[]): Promise<ReadonlyMap<string, PersonStanding>> {
    const found = await readStandings(this.platform, sessionIds)
    return new Map(Array.from(found, ([id, { standing }]) => [id, standing]))
  }

  async #identify(db: PlatformDb, session: Session): Promise<Identity | undefined> {
    const account = await db.findOne(Account, { id: session.accountId, disabledAt: null })
    if (account && Date.now() - session.lastUsedAt.getTime() > lifetimeOf(account).idle)
      return undefined
    const membership = session.tenantId ? await db.findOne(Membership, { accountId: session.accountId, tenantId: session.tenantId }) : null
    if (session.tenantId && !await openTenant(db, session.tenantId))
      return undefined
    return account && (membership || (account.superadmin && !session.tenantId)) ? { account, membership } : undefined
  }

  async #answer(sessionId: string, { account, membership }: Identity): Promise<StartedSession> {
    const [tenantId, role] = membership ? [membership.tenantId, membership.role] : [null, null]
    const { token, expiresAt } = await this.tokens.sign({ accountId: account.id, sessionId, tenantId, role: role ?? 'SUPERADMIN' })
    return { accessToken: token, expiresAt, viewer: { account, role, tenantId } }
  }
}

/** Whether people of this tenant may hold a session: not where it has been put away. */
async function openTenant(db: PlatformDb, tenantId: string): Promise<boolean> {
  return (await db.execute('select 1 from platform.tenant where id = ? and lifecycle in (\'ACTIVE\', \'SUSPENDED\')', [tenantId])).length > 0
}

const lifetimeOf = ({ superadmin }: Pick<Account, 'superadmin'>) => superadmin ? lifetimes.superadmin : lifetimes.member
const digest = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest()
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
const refreshToken = (sessionId: string, secret: Buffer): string => `${sessionId}.${secret.toString('base64url')}`

function parseRefreshToken(token: string | undefined): { sessionId: string, secret: Buffer } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(token ?? '')
  return match ? { sessionId: match[1]!, secret: Buffer.from(match[2]!, 'base64url') } : undefined
}
