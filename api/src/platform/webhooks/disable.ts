import type { Db } from 'pg-boss'
import type { JobWorker } from '../../jobs/queue.ts'
import { sendMail } from '../../mail/mail.job.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain } from '../audit/room.ts'

/** Why an endpoint is told nothing any more. */
export type DisabledReason = 'BY_HAND' | 'GONE' | 'FAILING'

/**
 * Stops telling an endpoint, in the transaction of `db`: what waits for it is given up, its school's ADMINs get a mail, and
 * it is on record. Where it was disabled meanwhile, nothing happens.
 */
export async function disableEndpoint(jobs: JobWorker, db: Db, { tenantId, endpointId }: { tenantId: string, endpointId: string }, reason: Exclude<DisabledReason, 'BY_HAND'>): Promise<void> {
  const { rows } = await db.executeSql(`
    update platform.webhook_endpoint set enabled = false, disabled_reason = $2, disabled_at = clock_timestamp() where id = $1 and enabled returning id`, [endpointId, reason])
  if (rows.length === 0)
    return
  await db.executeSql(giveUpWaiting, [endpointId])
  const { rows: admins } = await db.executeSql('select account_id as id from platform.membership where tenant_id = $1 and role = \'ADMIN\'', [tenantId])
  for (const { id } of admins as { id: string }[])
    await jobs.send(sendMail, { kind: 'WEBHOOK_DISABLED', id, tenantId, about: endpointId }, `WEBHOOK_DISABLED ${id} ${endpointId}`, db)
  const change = { action: 'webhookEndpoint.disabled', subject: { type: 'webhookEndpoint', id: endpointId }, details: { reason } }
  for (const { text, values } of [lockChain(tenantId), appendStatement(tenantId, { ...change, ...bySystem })])
    await db.executeSql(text, [...values])
}

/** What waits for an endpoint, `$1`, waits no more: it can be sent again once somebody has enabled it. */
export const giveUpWaiting = `
  update platform.webhook_delivery set state = 'FAILED', next_attempt_at = null, completed_at = clock_timestamp(), error = 'The endpoint was disabled.'
  where endpoint_id = $1 and state = 'WAITING'`
