import type { PlatformDb } from '../../database/platform-db.ts'
import type { Change, Trail } from '../../shared/trail.ts'
import { CompiledQuery } from 'kysely'
import { appendStatement, lockChain, platformChain } from './chain.ts'

/**
 * Writes down a change in the transaction that makes it. Call it last: the tenant's chain is locked until the commit.
 * `tenantId` null is for what belongs to no tenant.
 */
export async function record(db: PlatformDb, tenantId: string | null, change: Change, trail: Trail): Promise<void> {
  const chain = tenantId ?? platformChain
  for (const { text, values } of [lockChain(chain), appendStatement(chain, { ...change, ...trail })])
    await db.getKysely().executeQuery(CompiledQuery.raw(text, [...values]))
}
