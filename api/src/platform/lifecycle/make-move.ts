import type { PlatformDb } from '../../database/platform-db.ts'
import type { Move } from './lifecycle.rules.ts'
import { publish } from '../../events/bus.ts'
import { accessChanged, tenantChanged } from '../../events/topics.ts'

/**
 * Makes a move in the transaction of `db`, at whose commit every process hears of it; false where the tenant may not make it
 * now. The row decides, not what was read before: of two at once, one is told that the other was faster.
 */
export async function makeMove(db: PlatformDb, tenantId: string, { from, to, settled, test }: Move, { reason, graceDays }: { reason: string | null, graceDays: number }): Promise<boolean> {
  const moved = await db.execute<unknown[]>(`
    update platform.tenant set lifecycle = ?, lifecycle_reason = ?, lifecycle_changed_at = clock_timestamp(),
      delete_after = case when ? = 'DELETING' then clock_timestamp() + ? * interval '1 day' end
    where id = ? and lifecycle = any(?::text[]) and (not ? or preparation_status in ('READY', 'FAILED')) and (not ? or test) returning id`, [to, reason, to, graceDays, tenantId, `{${from.join(',')}}`, Boolean(settled), Boolean(test)])
  if (moved.length === 0)
    return false
  await db.execute('select pg_notify(?, ?), pg_notify(?, ?)', [...publish(accessChanged, { tenantId }).values, ...publish(tenantChanged, { tenantId }).values])
  return true
}
