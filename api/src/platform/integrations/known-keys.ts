import type { Integrator } from '../../access/principal.ts'
import type { Scope } from '../../access/scopes.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Lifecycle } from '../tenancy/room.ts'
import type { KeyUse } from './key-use.ts'
import { Buffer } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import { isScope } from '../../access/scopes.ts'
import { Forbidden, Unauthenticated } from '../../shared/errors.ts'
import { allows } from './addresses.ts'
import { hashOf, prefixOf } from './token.ts'

interface KeyRow {
  id: string
  tenant_id: string
  token_hash: Buffer
  scopes: string[]
  addresses: string[]
  expires_at: Date | string | null
  good: boolean
  lifecycle: Lifecycle
  lifecycle_reason: string | null
}

const columns = `k.id, k.tenant_id, k.token_hash, k.scopes, k.addresses, k.expires_at,
  k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) as good, t.lifecycle, t.lifecycle_reason`

/** Compared with where no key has the prefix, so that this takes as long. */
const nobodys = Buffer.alloc(32)

/** Who is behind an API key. The database is asked every time: a key that was revoked is nobody's at the next request. */
export class KnownKeys {
  constructor(private readonly platform: Platform, private readonly use: KeyUse) {}

  /** Wrong, revoked, expired and never given out answer alike, after the same work: one statement, one comparison. */
  async principalOf(token: string, address: string): Promise<Integrator> {
    const prefix = prefixOf(token)
    if (prefix === undefined)
      throw unknown()
    const [key] = await this.platform.query<KeyRow>(`select ${columns} from platform.api_key k join platform.tenant t on t.id = k.tenant_id where k.prefix = $1`, [prefix])
    const right = timingSafeEqual(hashOf(token), key?.token_hash ?? nobodys)
    if (!key || !right || !key.good || !open(key))
      throw unknown()
    // Only to whom has the key whole are these told.
    if (key.lifecycle === 'SUSPENDED')
      throw new Forbidden('This school is suspended.', { code: 'TENANT_SUSPENDED', facts: { reason: key.lifecycle_reason } })
    if (!allows(key.addresses, address))
      throw new Forbidden('This key may not be used from this address.', { code: 'ADDRESS_NOT_ALLOWED', facts: { address } })
    this.use.note(key.id, address)
    return integratorOf(key)
  }

  /** Those of these keys that are still good, in schools that are open. */
  async standings(keyIds: readonly string[]): Promise<Integrator[]> {
    const rows = await this.platform.query<KeyRow>(`select ${columns} from platform.api_key k join platform.tenant t on t.id = k.tenant_id where k.id = any($1)`, [keyIds])
    return rows.filter(key => key.good && key.lifecycle === 'ACTIVE').map(integratorOf)
  }
}

const unknown = () => new Unauthenticated('This token is not valid.')

/** Whether the school is one whose people may see it; what is put away answers as if it were not there. */
const open = ({ lifecycle }: KeyRow) => lifecycle === 'ACTIVE' || lifecycle === 'SUSPENDED'

function integratorOf({ id, tenant_id: tenantId, scopes, expires_at: end }: KeyRow): Integrator {
  // A scope that this release does not know opens nothing.
  return { kind: 'integrator', keyId: id, tenantId, scopes: new Set<Scope>(scopes.filter(isScope)), expiresAt: end === null ? null : new Date(end) }
}
