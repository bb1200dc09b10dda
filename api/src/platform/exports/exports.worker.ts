import type pg from 'pg'
import type { Db } from 'pg-boss'
import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { ServedVersions } from '../tenancy/room.ts'
import type { OpenForExport } from './make-export.ts'
import { withClient } from '../../database/with-client.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged } from '../../events/topics.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain } from '../audit/room.ts'
import { exportFailed, exportSchool } from './exports.job.ts'
import { CannotExport, makeExport } from './make-export.ts'

/** Starts taking exports, one at a time. */
export async function startExportsWorker(parts: { ownerUrl: string, jobs: JobWorker, keepDays: number, served: ServedVersions, openSchool: OpenForExport, log: Log }): Promise<void> {
  const { ownerUrl, jobs, log, ...rest } = parts
  await jobs.handle(exportFailed, 1, ({ exportId, tenantId }, tx) => giveUp(tx, exportId, tenantId))
  await jobs.handle(exportSchool, 1, ({ exportId, tenantId }, tx, signal) =>
    withClient({ connectionString: ownerUrl, application_name: 'homeroom exports', connectionTimeoutMillis: 5_000 }, async (aside) => {
      const startedAt = performance.now()
      try {
        const done = await makeExport({ exportId, tenantId, ...rest }, tx, aside, signal)
        log.info({ tenantId, exportId, done, seconds: Math.round(performance.now() - startedAt) / 1_000 }, 'an export is done with')
      }
      catch (error) {
        log.warn({ err: error, tenantId, exportId }, 'a try at an export failed')
        // Another try would end alike.
        if (error instanceof CannotExport)
          return giveUp(tx, exportId, tenantId, error.code)
        await noteFailure(aside, exportId, error).catch((lost: unknown) => log.error({ err: lost, tenantId, exportId }, 'a failed export could not be noted'))
        throw error
      }
    }))
}

/** Why the last try failed; the state stays as it is until the last one is over. */
async function noteFailure(aside: pg.Client, exportId: string, error: unknown): Promise<void> {
  await aside.query('update platform.school_export set error_code = $2, progress = 0 where id = $1 and state in (\'QUEUED\', \'RUNNING\')', [exportId, codeOf(error)])
}

function codeOf(error: unknown): string {
  const code = String((error as { code?: unknown } | null)?.code)
  // PostgreSQL, appendix A: locks and time-outs, and 08xxx, 53xxx, 57P0x: the server is away or full.
  return /^(?:55P03|57014|25P04|08\w{3}|53\w{3}|57P\w{2}|ECONN\w+|EPIPE)$/.test(code) ? 'DATABASE_UNAVAILABLE' : 'EXPORT_FAILED'
}

/** FAILED: of what has been given up, `code` or what the last try failed with. */
async function giveUp(tx: Db, exportId: string, tenantId: string, code?: string): Promise<void> {
  const { rows } = await tx.executeSql(`
    update platform.school_export set state = 'FAILED', error_code = coalesce($4, error_code, 'WORKER_LOST'), completed_at = clock_timestamp()
    where id = $1 and state in ('QUEUED', 'RUNNING') returning error_code, pg_notify($2, $3)`, [exportId, ...publish(tenantChanged, { tenantId }).values, code ?? null])
  if (rows.length === 0)
    return
  const failed = { action: 'export.failed', subject: { type: 'export', id: exportId }, details: { code: (rows[0] as { error_code: string }).error_code } }
  for (const { text, values } of [lockChain(tenantId), appendStatement(tenantId, { ...failed, ...bySystem })])
    await tx.executeSql(text, [...values])
}
