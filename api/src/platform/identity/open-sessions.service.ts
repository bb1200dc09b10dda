import type { Client } from '../../access/request-context.ts'
import type { SignedIn } from '../../access/signed-in.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import { NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { recordAll } from './account-trail.ts'
import { endSessions } from './end-sessions.ts'
import { Session } from './session.entity.ts'

/** A sign-in that is still good, as its owner sees it. */
export interface OpenSession {
  readonly id: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
  readonly address: string | null
  readonly userAgent: string | null
  readonly tenantId: string | null
  readonly current: boolean
}

/** Where somebody is signed in; theirs only. */
export class OpenSessionsService {
  constructor(private readonly platform: Platform) {}

  /** The last used first, at most a hundred. */
  async list({ accountId, sessionId }: SignedIn): Promise<OpenSession[]> {
    const sessions = await this.platform.fork().find(
      Session,
      { accountId, revokedAt: null, expiresAt: { $gt: new Date() } },
      { fields: ['createdAt', 'lastUsedAt', 'address', 'userAgent', 'tenantId'], orderBy: { lastUsedAt: 'desc', id: 'asc' }, limit: 100 },
    )
    return sessions.map(({ id, createdAt, lastUsedAt, address = null, userAgent = null, tenantId = null }) => ({ id, createdAt, lastUsedAt, address, userAgent, tenantId, current: id === sessionId }))
  }

  async end({ accountId, sessionId }: SignedIn, id: string, client: Client, trail: Trail): Promise<void> {
    const ended = isUuid(id) ? await this.#end(accountId, id, 'ENDED', trail) : 0
    if (ended === 0)
      throw new NotFound('The session')
    if (id === sessionId)
      client.keepRefreshToken(undefined)
  }

  async endEverywhere({ accountId }: SignedIn, client: Client, trail: Trail): Promise<void> {
    await this.#end(accountId, undefined, 'EVERYWHERE', trail)
    client.keepRefreshToken(undefined)
  }

  #end(accountId: string, only: string | undefined, reason: 'ENDED' | 'EVERYWHERE', trail: Trail): Promise<number> {
    return this.platform.transaction(async (db) => {
      const ended = await endSessions(db, accountId, { only }, reason)
      await recordAll(db, ended, trail)
      return ended.length
    })
  }
}
