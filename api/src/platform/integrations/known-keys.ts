import type { Integrator } from '../../access/principal.ts'
import type { Scope } from '../../access/scopes.ts'
import type { RefusedKey } from '../../access/served-request.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { TenantState, TenantStateRow } from '../tenancy/room.ts'
import type { KeyUse } from './key-use.ts'
import { Buffer } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { isScope } from '../../access/scopes.ts'
import { Forbidden, Unauthenticated } from '../../shared/errors.ts'
import { together } from '../../shared/together.ts'
import { tenantStateColumns, tenantStateOf } from '../tenancy/room.ts'
import { allows } from './addresses.ts'
import { hashOf, prefixOf } from './token.ts'

interface KeyRow extends TenantStateRow {
  id: string
  prefix: string
  token_hash: Buffer
  scopes: string[]
  addresses: string[]
  expires_at: Date | string | null
  good: boolean
  revoked: boolean
}

const columns = `k.id, k.prefix, k.token_hash, k.scopes, k.addresses, k.expires_at,
  k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) as good, k.revoked_at is not null as revoked,
  ${tenantStateColumns}`

/** Compared with where no key has the prefix, so that this takes as long. */
const nobodys = Buffer.alloc(32)

/** Who is behind an API key. The database is asked every time: a key that was revoked is nobody's at the next request. */
export class KnownKeys {
  readonly #find = together(async (prefixes: readonly string[]) => {
    const rows = await this.platform.prepared<KeyRow>('keys by prefix', `select ${columns} from platform.api_key k join platform.tenant t on t.id = k.tenant_id where k.prefix = any($1)`, [prefixes])
    return new Map(rows.map(row => [row.prefix, row]))
  })

  constructor(private readonly platform: Platform, private readonly use: KeyUse, private readonly metrics: Metrics) {}

  /**
   * Who is behind a key, and how its school stands. Wrong, revoked, expired and never given out are answered alike, after
   * the same work: one statement, one comparison.
   */
  async principalOf(token: string, address: string): Promise<{ readonly principal: Integrator, readonly tenant: TenantState } | { readonly refused: RefusedKey }> {
    const prefix = prefixOf(token)
    const key = prefix === undefined ? undefined : await this.#find(prefix)
    const right = timingSafeEqual(hashOf(token), key?.token_hash ?? nobodys)
    if (!key || !right) {
      this.metrics.apiKeysRefused.inc({ reason: 'unknown' })
      throw unknown()
    }
    const refusal = refusalOf(key, address)
    if (refusal) {
      this.metrics.apiKeysRefused.inc({ reason: refusal.why.toLowerCase() })
      return { refused: { keyId: key.id, tenantId: key.tenant_id, ...refusal } }
    }
    this.use.note(key.id, address)
    return { principal: integratorOf(key), tenant: tenantStateOf(key) }
  }

  /** Those of these keys that are still good, in schools that are open; each once. */
  async standings(keyIds: readonly string[]): Promise<Integrator[]> {
    const rows = await this.platform.query<KeyRow>(`select ${columns} from platform.api_key k join platform.tenant t on t.id = k.tenant_id where k.id = any($1)`, [keyIds])
    return rows.filter(key => key.good && key.lifecycle === 'ACTIVE').map(integratorOf)
  }
}

const unknown = () => new Unauthenticated('This token is not valid.')

/** Why a key opens nothing, told to whom has it whole; undefined where it does. */
function refusalOf(key: KeyRow, address: string): Pick<RefusedKey, 'why' | 'error'> | undefined {
  if (!key.good)
    return { why: key.revoked ? 'REVOKED' : 'EXPIRED', error: unknown() }
  if (key.lifecycle === 'SUSPENDED')
    return { why: 'SCHOOL_CLOSED', error: new Forbidden('This school is suspended.', { code: 'TENANT_SUSPENDED', facts: { reason: key.lifecycle_reason } }) }
  // What is put away answers as if it were not there.
  if (key.lifecycle !== 'ACTIVE')
    return { why: 'SCHOOL_CLOSED', error: unknown() }
  if (!allows(key.addresses, address))
    return { why: 'ADDRESS', error: new Forbidden('This key may not be used from this address.', { code: 'ADDRESS_NOT_ALLOWED', facts: { address } }) }
  return undefined
}

function integratorOf({ id, tenant_id: tenantId, scopes, expires_at: end }: KeyRow): Integrator {
  // A scope that this release does not know opens nothing.
  return { kind: 'integrator', keyId: id, tenantId, scopes: new Set<Scope>(scopes.filter(isScope)), expiresAt: end === null ? null : new Date(end) }
}
