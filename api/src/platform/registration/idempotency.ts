import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import { createHash } from 'node:crypto'

/** How long a repeat is recognised, in hours. */
const keptHours = 24

/** Everything that was asked for except secrets, in a fixed order: what a repeat must ask for as well. */
export type Asked = readonly (string | null)[]

export interface Remembered { tenantId: string, sameInput: boolean }

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
const fingerprint = (asked: Asked): Buffer => sha256(JSON.stringify(asked))

/** The tenant that this key stands for, if there is one. */
export async function recall(platform: Platform, key: string, asked: Asked): Promise<Remembered | undefined> {
  const [row] = await platform.query<{ tenant_id: string, same_input: boolean }>(`
    select tenant_id, input_hash = $2 as same_input from platform.idempotency_key
    where key_hash = $1 and created_at > now() - interval '${keptHours} hours'`, [sha256(key), fingerprint(asked)])
  return row && { tenantId: row.tenant_id, sameInput: row.same_input }
}

/** Takes the key for a tenant. A parallel repeat waits here for the first to commit; false where somebody has the key. */
export async function remember(db: PlatformDb, key: string, asked: Asked, tenantId: string): Promise<boolean> {
  const keyHash = sha256(key)
  await db.execute(`delete from platform.idempotency_key where key_hash = ? and created_at <= now() - interval '${keptHours} hours'`, [keyHash])
  const taken = await db.execute<unknown[]>(
    'insert into platform.idempotency_key (key_hash, input_hash, tenant_id) values (?, ?, ?) on conflict do nothing returning 1',
    [keyHash, fingerprint(asked), tenantId],
  )
  return taken.length === 1
}
