import type { Member } from '../../access/principal.ts'
import type { Client } from '../../access/request-context.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { AccessTokens } from './access-token.ts'
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { LockMode } from '@mikro-orm/core'
import { Unauthenticated } from '../../shared/errors.ts'
import { Account } from './account.entity.ts'
import { Membership } from './membership.entity.ts'
import { Session } from './session.entity.ts'

const lifetimeDays = 30
/** Two tabs may send the same refresh token at once; for this long the second is not taken for a thief. */
const graceSeconds = 10

export interface StartedSession {
  readonly accessToken: string
  readonly expiresAt: Date
  readonly viewer: { readonly account: Account, readonly role: Member['role'], readonly tenantId: string }
}

interface Identity { account: Account, membership: Membership }

export class SessionsService {
  constructor(private readonly platform: Platform, private readonly tokens: AccessTokens) {}

  /** Opens a session in the transaction of `db`. Once that has committed, `keep` puts its refresh token into the client's cookie. */
  async start(db: PlatformDb, { account, membership }: Identity): Promise<StartedSession & { keep: (client: Client) => void }> {
    const secret = randomBytes(32)
    const session = db.create(Session, {
      id: randomUUID(),
      accountId: account.id,
      tenantId: membership.tenantId,
      refreshHash: digest(secret),
      expiresAt: new Date(Date.now() + lifetimeDays * 24 * 3600 * 1000),
      rotatedAt: new Date(),
      createdAt: new Date(),
    })
    await db.flush()
    return {
      ...await this.#answer(session.id, { account, membership }),
      keep: client => client.keepRefreshToken(refreshToken(session.id, secret), session.expiresAt),
    }
  }

  /** Trades the refresh cookie for a new access token and a new cookie. A token used twice ends the whole family. */
  async refresh(client: Client): Promise<StartedSession> {
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
        return { session, identity, cookie: refreshToken(session.id, secret) }
      }
      const justRotated = Date.now() - session.rotatedAt.getTime() < graceSeconds * 1000
      if (justRotated && session.previousRefreshHash && same(hash, session.previousRefreshHash))
        return { session, identity, cookie: undefined } // the other tab's answer has set the new cookie
      session.revokedAt = new Date()
      session.revokedReason = 'REUSE'
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
  async end(sessionId: string | undefined, client: Client): Promise<void> {
    const presented = parseRefreshToken(client.refreshToken)
    await this.platform.transaction(async (db) => {
      if (sessionId)
        await db.nativeUpdate(Session, { id: sessionId, revokedAt: null }, { revokedAt: new Date(), revokedReason: 'SIGN_OUT' })
      // A cookie ends its session only with the right secret: an id alone is no credential.
      if (presented)
        await db.nativeUpdate(Session, { id: presented.sessionId, refreshHash: digest(presented.secret), revokedAt: null }, { revokedAt: new Date(), revokedReason: 'SIGN_OUT' })
    })
    client.keepRefreshToken(undefined)
  }

  /** The member behind an access token. The database decides: a session, account or membership that ended is 401. */
  async principalOf(token: string): Promise<Member> {
    const claims = await this.tokens.verify(token)
    const [row] = await this.platform.query<{ role: Member['role'] }>(`
      select m.role from platform.session s
      join platform.account a on a.id = s.account_id and a.disabled_at is null
      join platform.membership m on m.account_id = s.account_id and m.tenant_id = s.tenant_id
      where s.id = $1 and s.account_id = $2 and s.tenant_id = $3 and s.revoked_at is null and s.expires_at > now()`, [claims.sessionId, claims.accountId, claims.tenantId])
    if (!row)
      throw new Unauthenticated('This session has ended. Please sign in again.')
    return { kind: 'member', accountId: claims.accountId, sessionId: claims.sessionId, tenantId: claims.tenantId, role: row.role }
  }

  async #identify(db: PlatformDb, session: Session): Promise<Identity | undefined> {
    const account = await db.findOne(Account, { id: session.accountId, disabledAt: null })
    const membership = session.tenantId && await db.findOne(Membership, { accountId: session.accountId, tenantId: session.tenantId })
    return account && membership ? { account, membership } : undefined
  }

  async #answer(sessionId: string, { account, membership }: Identity): Promise<StartedSession> {
    const { token, expiresAt } = await this.tokens.sign({ accountId: account.id, sessionId, tenantId: membership.tenantId, role: membership.role })
    return { accessToken: token, expiresAt, viewer: { account, role: membership.role, tenantId: membership.tenantId } }
  }
}

const digest = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest()
const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
const refreshToken = (sessionId: string, secret: Buffer): string => `${sessionId}.${secret.toString('base64url')}`

function parseRefreshToken(token: string | undefined): { sessionId: string, secret: Buffer } | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([\w-]{43})$/.exec(token ?? '')
  return match ? { sessionId: match[1]!, secret: Buffer.from(match[2]!, 'base64url') } : undefined
}
