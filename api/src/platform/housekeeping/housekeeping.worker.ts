import type { Db } from 'pg-boss'
import type { Config } from '../../config.ts'
import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { JobOrder } from './job-order.job.ts'
import type { SchoolPurge } from './tidy-schools.ts'
import { withClient } from '../../database/with-client.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain, platformChain } from '../audit/room.ts'
import { jobOrder } from './job-order.job.ts'
import { tidySchools } from './tidy-schools.ts'
import { tidy } from './tidy.job.ts'
import { tidyUp } from './tidy.ts'

/** Starts tidying every night and carrying out what operators order about jobs. */
export async function startHousekeepingWorker(parts: { ownerUrl: string, jobs: JobWorker, schools: SchoolPurge, config: Pick<Config, 'keepDays' | 'tidyAt'>, log: Log }): Promise<void> {
  const { ownerUrl, jobs, schools, config: { keepDays, tidyAt }, log } = parts
  await jobs.handle(jobOrder, 1, (order, tx) => carryOut(jobs, order, tx, log))
  await jobs.handle(tidy, 1, async (_, tx, signal) => {
    const startedAt = performance.now()
    // The job's own transaction waits meanwhile, for longer than others may.
    await tx.executeSql('set local idle_in_transaction_session_timeout = 0')
    // On a connection of its own: what has been removed stays so, whatever becomes of the job.
    const connection = { connectionString: ownerUrl, application_name: 'homeroom housekeeping', connectionTimeoutMillis: 5_000 }
    const tidied = await withClient(connection, async owner => ({ ...await tidyUp(owner, keepDays, signal), ...await tidySchools(owner, schools, keepDays.tombstones, signal) }))
    const seconds = Math.round(performance.now() - startedAt) / 1_000
    const done = { action: 'housekeeping.done', subject: { type: 'platform' }, details: tidied }
    for (const { text, values } of [lockChain(platformChain), appendStatement(platformChain, { ...done, ...bySystem })])
      await tx.executeSql(text, [...values])
    log.info({ ...tidied, seconds }, 'what is no longer kept was removed')
  })
  const [hour, minute] = tidyAt.split(':').map(Number)
  await jobs.everyDay(tidy, { hour: hour!, minute: minute! })
}

/** What was ordered may have come true, or impossible, meanwhile: then there is nothing left to do. */
async function carryOut(jobs: JobWorker, { queue, id, action }: JobOrder, tx: Db, log: Log): Promise<void> {
  const changed = await jobs.change(action, queue, id, tx)
  log.info({ queue, orderedFor: id, action, changed }, 'an operator ordered something for a job')
}
