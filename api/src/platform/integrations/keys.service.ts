import type { Integrator } from '../../access/principal.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { NewApiKey } from './keys.input.ts'
import type { ApiKeyList, ApiKeyRow } from './keys.queries.ts'
import { randomUUID } from 'node:crypto'
import { publish } from '../../events/bus.ts'
import { accessChanged } from '../../events/topics.ts'
import { requestMail } from '../../mail/mail.job.ts'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { isUuid } from '../../shared/uuid.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { createApiKeyInput, foundKeyInput, leakedKeyInput, rollApiKeyInput } from './keys.input.ts'
import { apiKeyOf, apiKeysByPrefix, apiKeysPage } from './keys.queries.ts'
import { mintToken, prefixOf } from './token.ts'

/** Keys of a school that are good at a time. */
const mostKeys = 100

/** A key that has just been made; `token` is shown this once. */
export interface CreatedApiKey { readonly key: ApiKeyRow, readonly token: string }

/** Who makes a key, and from which network address. */
interface Maker { readonly trail: Trail, readonly address: string }

interface TakenKey { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: string[], readonly addresses: string[], readonly createdAt: string, readonly expiresAt: string | null, readonly replacedBy: string | null }

export class KeysService {
  constructor(private readonly platform: Platform, private readonly jobs: JobSender) {}

  list(tenantId: string, list: ApiKeyList): Promise<Page<ApiKeyRow>> {
    return apiKeysPage(this.platform, tenantId, list)
  }

  /** The key that is asking. */
  async own({ tenantId, keyId }: Integrator): Promise<ApiKeyRow> {
    return this.#get(tenantId, keyId)
  }

  /** A new key; the school's ADMINs are told by mail. */
  async create(tenantId: string, input: unknown, { trail, address }: Maker): Promise<CreatedApiKey> {
    const key = parseInput(createApiKeyInput, input)
    const made = await this.platform.transaction(async (db) => {
      await takeTurn(db, tenantId)
      await refuseMore(db, tenantId)
      const { id, token, prefix } = await insert(db, tenantId, key, { trail, address })
      await record(db, tenantId, { action: 'key.created', subject: { type: 'apiKey', id }, details: { prefix, scopes: key.scopes, expiresAt: key.expiresAt, addresses: key.addresses.length } }, trail)
      await this.#tellAdmins(db, tenantId, id)
      return { id, token }
    })
    return { key: await this.#get(tenantId, made.id), token: made.token }
  }

  /**
   * A new key in the place of one, which works on until a chosen time: what is made with it can be changed over without a
   * gap. The new one may do the same, and lasts as long as the old one was meant to unless told otherwise.
   */
  async roll(tenantId: string, input: unknown, { trail, address }: Maker): Promise<CreatedApiKey> {
    const { id: oldId, worksUntil, expiresAt } = parseInput(rollApiKeyInput, input)
    const made = await this.platform.transaction(async (db) => {
      await takeTurn(db, tenantId)
      const old = await takeActive(db, tenantId, oldId)
      if (old.replacedBy)
        throw new Conflict('This key has been rolled already: roll the one in its place.', { code: 'KEY_ROLLED' })
      const lifetime = old.expiresAt === null ? null : new Date(old.expiresAt).getTime() - new Date(old.createdAt).getTime()
      const end = expiresAt ?? (lifetime === null ? null : new Date(Date.now() + lifetime))
      const { id, token, prefix } = await insert(db, tenantId, { name: old.name, scopes: old.scopes as NewApiKey['scopes'], addresses: old.addresses, expiresAt: end }, { trail, address })
      const [ended] = await db.execute<{ until: string }[]>(`
        update platform.api_key set replaced_by = ?, expires_at = least(expires_at, greatest(now(), ?::timestamptz))
        where id = ? returning expires_at as until`, [id, (worksUntil ?? new Date()).toISOString(), oldId])
      await tellKeyChanged(db, oldId)
      await record(db, tenantId, { action: 'key.rolled', subject: { type: 'apiKey', id: oldId }, details: { prefix: old.prefix, newPrefix: prefix, newId: id, worksUntil: new Date(ended!.until) } }, trail)
      await this.#tellAdmins(db, tenantId, id)
      return { id, token }
    })
    return { key: await this.#get(tenantId, made.id), token: made.token }
  }

  /** Ends a key: the next request with it is refused, and its open sockets are closed at commit. */
  async revoke(tenantId: string, id: string, trail: Trail): Promise<ApiKeyRow> {
    await this.platform.transaction(async (db) => {
      const { prefix } = await takeActive(db, tenantId, id)
      await end(db, tenantId, id, { prefix }, trail)
    })
    return this.#get(tenantId, id)
  }

  /** Puts on record that somebody asks as one of the school's keys from now on. */
  async explore(tenantId: string, id: string, { writing, until }: { writing: boolean, until: Date }, trail: Trail): Promise<{ key: ApiKeyRow, until: Date }> {
    const end = await this.platform.transaction(async (db) => {
      const { prefix, expiresAt } = await takeActive(db, tenantId, id)
      const end = expiresAt && new Date(expiresAt) < until ? new Date(expiresAt) : until
      await record(db, tenantId, { action: 'key.explored', subject: { type: 'apiKey', id }, details: { prefix, writing, until: end } }, trail)
      return end
    })
    return { key: await this.#get(tenantId, id), until: end }
  }

  /** Whose key somebody has found: by its beginning, or the whole of it. */
  find(prefix: string): Promise<ApiKeyRow[]> {
    const sought = parseInput(foundKeyInput, { prefix }).prefix
    return apiKeysByPrefix(this.platform, prefixOf(sought) ?? sought.slice(0, 21), 20)
  }

  /** Ends a key of any school, as the operator. */
  async revokeLeaked(input: unknown, trail: Trail): Promise<ApiKeyRow> {
    const { id, reason } = parseInput(leakedKeyInput, input)
    const tenantId = await this.platform.transaction(async (db) => {
      const [key] = isUuid(id) ? await db.execute<{ tenant_id: string }[]>('select tenant_id from platform.api_key where id = ?', [id]) : []
      if (!key)
        throw new NotFound('The key')
      const { prefix } = await takeActive(db, key.tenant_id, id)
      await end(db, key.tenant_id, id, { prefix, reason }, trail)
      return key.tenant_id
    })
    return this.#get(tenantId, id)
  }

  /** All of them, who made it too: their session may be in other hands. */
  async #tellAdmins(db: PlatformDb, tenantId: string, keyId: string): Promise<void> {
    const admins = await db.execute<{ id: string }[]>('select account_id as id from platform.membership where tenant_id = ? and role = \'ADMIN\'', [tenantId])
    for (const { id } of admins)
      await requestMail(db, this.jobs, { kind: 'API_KEY_MADE', id, tenantId, about: keyId })
  }

  async #get(tenantId: string, id: string): Promise<ApiKeyRow> {
    const key = await apiKeyOf(this.platform, tenantId, id)
    if (!key)
      throw new NotFound('The key')
    return key
  }
}

/** Keys of one school are made and rolled one after the other. */
async function takeTurn(db: PlatformDb, tenantId: string): Promise<void> {
  await db.execute('select pg_advisory_xact_lock(hashtextextended(\'api keys \' || ?, 0))', [tenantId])
}

async function refuseMore(db: PlatformDb, tenantId: string): Promise<void> {
  const [active] = await db.execute<{ count: number }[]>('select count(*)::int as count from platform.api_key where tenant_id = ? and revoked_at is null and (expires_at is null or expires_at > now())', [tenantId])
  if (active!.count >= mostKeys)
    throw new Conflict(`A school has at most ${mostKeys} keys at a time: revoke one that nobody uses.`, { code: 'TOO_MANY_KEYS', facts: { maximum: mostKeys } })
}

async function insert(db: PlatformDb, tenantId: string, key: NewApiKey, { trail: { actor }, address }: Maker): Promise<{ id: string, token: string, prefix: string }> {
  const id = randomUUID()
  const [{ test }] = await db.execute<[{ test: boolean }]>('select test from platform.tenant where id = ?', [tenantId])
  const { token, prefix, lastFour, hash } = mintToken(test)
  await db.execute(`
    insert into platform.api_key (id, tenant_id, prefix, last_four, token_hash, name, scopes, addresses, created_by, created_address, expires_at)
    values (?, ?, ?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)), array(select jsonb_array_elements_text(?::jsonb)), ?, ?, ?)`, [id, tenantId, prefix, lastFour, hash, key.name, JSON.stringify(key.scopes), JSON.stringify(key.addresses), actor.id ?? null, address, key.expiresAt?.toISOString() ?? null])
  return { id, token, prefix }
}

/** A key of the tenant that is good, locked for a change. */
async function takeActive(db: PlatformDb, tenantId: string, id: string): Promise<TakenKey> {
  const [key] = isUuid(id)
    ? await db.execute<(TakenKey & { active: boolean })[]>(`
        select id, name, prefix, scopes, addresses, created_at as "createdAt", expires_at as "expiresAt", replaced_by as "replacedBy", revoked_at is null and (expires_at is null or expires_at > now()) as active
        from platform.api_key where id = ? and tenant_id = ? for no key update`, [id, tenantId])
    : []
  if (!key)
    throw new NotFound('The key')
  if (!key.active)
    throw new Conflict('This key has ended already.', { code: 'KEY_ENDED' })
  return key
}

async function end(db: PlatformDb, tenantId: string, id: string, details: { prefix: string, reason?: string }, trail: Trail): Promise<void> {
  await db.execute('update platform.api_key set revoked_at = now() where id = ?', [id])
  await tellKeyChanged(db, id)
  await record(db, tenantId, { action: 'key.revoked', subject: { type: 'apiKey', id }, details }, trail)
}

/** Has every process look again at what is open with this key, once the transaction of `db` commits. */
async function tellKeyChanged(db: PlatformDb, keyId: string): Promise<void> {
  await db.execute('select pg_notify(?, ?)', publish(accessChanged, { keyId }).values)
}
