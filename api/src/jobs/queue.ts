import type { ConstructorOptions, Db, Job } from 'pg-boss'
import type { PlatformDb } from '../database/platform-db.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { AnyJob, JobDefinition } from './define-job.ts'
import { fromKysely, PgBoss } from 'pg-boss'
import { ExtendedClient } from '../database/extended-client.ts'
import { logAs } from '../shared/log.ts'
import { isTracing, statementFacts, traced } from '../shared/tracing.ts'

/** Puts jobs into queues; what the API has. */
export interface JobSender {
  /**
   * Queues one job in the transaction of `db`: row and job commit together or not at all.
   * `key`: of jobs with this key at most one waits or runs, or waits, as the job's policy says; false where one does already.
   */
  enqueue: <Data extends object>(db: PlatformDb, job: JobDefinition<Data>, data: Data, key: string) => Promise<boolean>
  /** Whether the queues can be reached and still are as this release knows them. */
  ready: () => Promise<boolean>
  stop: () => Promise<void>
}

/** Runs jobs; what a worker has. */
export interface JobWorker {
  /**
   * Runs `run` for each job of this kind. Its transaction and the job's completion are one commit: use `tx` for all
   * writes. Throwing rolls both back and counts as a failed try.
   */
  handle: <Data extends object>(job: JobDefinition<Data>, concurrency: number, run: (data: Data, tx: Db, signal: AbortSignal) => Promise<void>) => Promise<void>
  /** Puts a job into its queue: in the transaction of `db`, or outside of any; it runs at once, or not before `startAfter`. */
  send: <Data extends object>(job: JobDefinition<Data>, data: Data, key: string, db?: Db, startAfter?: Date) => Promise<boolean>
  /** Has a job without data queued every day at this time, UTC: once, however many workers there are, and once for all the days on which none ran. */
  everyDay: (job: JobDefinition<Record<string, never>>, at: { readonly hour: number, readonly minute: number }) => Promise<void>
  /** In the transaction of `db`, has a job that was given up tried again, or takes back one that waits. False where it is in another state, or where another job for the same thing is under way. */
  change: (action: 'retry' | 'cancel', queue: string, id: string, db: Db) => Promise<boolean>
  /** Whether the queues can be reached and still are as this release knows them. */
  ready: () => Promise<boolean>
  /** Stops fetching, lets running jobs finish for up to `graceMs`, closes. */
  stop: (graceMs: number) => Promise<void>
}

function queueOptions(job: AnyJob) {
  return {
    policy: job.policy ?? 'exclusive',
    retryLimit: job.attempts - 1,
    retryDelay: job.retryDelay,
    retryBackoff: true,
    expireInSeconds: job.expireInSeconds,
    // The shortest there is: a worker that was killed is noticed after this.
    heartbeatSeconds: 10,
    deleteAfterSeconds: 7 * 24 * 3600,
    ...(job.deadLetter && { deadLetter: job.deadLetter.name }),
    notify: true,
  }
}

function openBoss(options: ConstructorOptions, log: Log): PgBoss {
  const openTelemetry = { enabled: isTracing(), propagateContext: true }
  const boss = new PgBoss({ openTelemetry, connectionTimeoutMillis: 2_000, ...options })
  boss.on('error', error => log.error({ err: error }, 'job queue'))
  boss.on('warning', warning => log.warn({ warning }, 'job queue'))
  return boss
}

/** Creates or migrates pg-boss's own schema and every queue. Run as owner, with the migrations. */
export async function installQueues(ownerUrl: string, jobs: readonly AnyJob[], log: Log): Promise<void> {
  const boss = openBoss({ connectionString: ownerUrl, max: 2, supervise: false, schedule: false, registerInstance: false }, log)
  await boss.start()
  try {
    // A dead-letter queue must be there before the queue that names it.
    for (const job of [...jobs].sort((a, b) => Number(Boolean(a.deadLetter)) - Number(Boolean(b.deadLetter)))) {
      const options = queueOptions(job)
      await boss.createQueue(job.name, options)
      const { policy: _, ...changeable } = options
      await boss.updateQueue(job.name, changeable)
    }
  }
  finally {
    await boss.stop({ graceful: false })
  }
}

/** Opens the sending side under the request login: no migration, no supervision, no schedule. */
export async function openJobSender(requestUrl: string, log: Log): Promise<JobSender> {
  const boss = openBoss({
    connectionString: requestUrl,
    application_name: 'homeroom job sender',
    max: 1,
    migrate: false,
    supervise: false,
    schedule: false,
    registerInstance: false,
    // pg-boss hands all of this on to pg's pool.
    ...{ Client: ExtendedClient },
  }, log)
  await boss.start()
  return {
    async enqueue(db, job, data, key) {
      const id = await boss.send(job.name, job.schema.parse(data), { singletonKey: key, db: fromKysely(db.getKysely()) })
      return id !== null
    },
    ready: await stillCurrent(boss),
    stop: () => boss.stop({ graceful: false }),
  }
}

/** Opens the working side under the owner login, woken by NOTIFY, with polling as the backstop. */
export async function openJobWorker(ownerUrl: string, poolSize: number, log: Log, metrics: Metrics): Promise<JobWorker> {
  const boss = openBoss({
    connectionString: ownerUrl,
    application_name: 'homeroom job worker',
    max: poolSize,
    migrate: false,
    schedule: true,
    useListenNotify: true,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  }, log)
  await boss.start()
  return {
    async handle(job, concurrency, run) {
      // Workers of their own, not one with local concurrency: each wakes itself when it is done.
      for (let place = 0; place < concurrency; place++) {
        const worker = await boss.work<object, void, { transactional: true, pollingIntervalSeconds: number, notifyPollingIntervalSeconds: number }>(job.name, {
          transactional: true,
          // The first bounds the second: without both a retry would wait for 30 s.
          pollingIntervalSeconds: 0.5,
          notifyPollingIntervalSeconds: 0.5,
        }, async (batch: Job<object>[], tx: Db) => {
          try {
            for (const { id, data, signal } of batch) {
              const { data: known, error } = job.schema.safeParse(data)
              if (error) {
                // Whatever put it there is not this code: nobody would look for it in the queue.
                log.error({ err: error, job: job.name, jobId: id }, 'a job of an unknown shape was refused')
                throw error
              }
              const startedAt = performance.now()
              await logAs({ job: job.name, jobId: id, ...ofTenant(known) }, () => run(known, tracedDb(tx), signal).then(
                () => {
                  metrics.jobRuns.inc({ queue: job.name, outcome: 'ok' })
                  log.debug({ ms: Math.round(performance.now() - startedAt) }, 'job')
                },
                (failure: unknown) => {
                  metrics.jobRuns.inc({ queue: job.name, outcome: 'failed' })
                  log.debug({ ms: Math.round(performance.now() - startedAt), err: failure }, 'job failed')
                  throw failure
                },
              ))
            }
          }
          finally {
            // Left to its interval, a worker takes two jobs a second, however short they are and many wait.
            boss.notifyWorker(worker)
          }
        })
      }
    },
    async send(job, data, key, db, startAfter) {
      return await boss.send(job.name, job.schema.parse(data), { singletonKey: key, ...(db && { db }), ...(startAfter && { startAfter }) }) !== null
    },
    everyDay: (job, { hour, minute }) => boss.schedule(job.name, `${minute} ${hour} * * *`, {}, { tz: 'UTC', missed: 'once' }),
    async change(action, queue, id, db) {
      const { rows } = await db.executeSql(`select 1 from pgboss.job j where name = $1 and id = $2 and ${changeable[action]} for update`, [queue, id])
      if (rows.length === 0)
        return false
      await (action === 'retry' ? boss.retry(queue, id, { db }) : boss.cancel(queue, id, { db }))
      return true
    },
    ready: await stillCurrent(boss),
    stop: graceMs => boss.stop({ graceful: true, timeout: graceMs }),
  }
}

/** Which jobs may be changed so. Of an exclusive kind there is one at a time for the same thing: a second could not begin. */
const changeable = {
  retry: `state = 'failed' and not (policy = 'exclusive' and exists (
    select from pgboss.job o where o.name = j.name and o.id <> j.id and o.state <= 'active' and coalesce(o.singleton_key, '') = coalesce(j.singleton_key, '')))`,
  cancel: 'state in (\'created\', \'retry\')',
} as const

/** The library has refused to start on any other version than its own: what it found then is what this release needs. */
async function stillCurrent(boss: PgBoss): Promise<() => Promise<boolean>> {
  const needed = await boss.schemaVersion()
  return async () => await boss.schemaVersion() === needed
}

/** Whose school a job is about, where its data say so. */
function ofTenant(data: object): { tenantId?: string } {
  return 'tenantId' in data && typeof data.tenantId === 'string' ? { tenantId: data.tenantId } : {}
}

function tracedDb(tx: Db): Db {
  return isTracing() ? { executeSql: (text, values) => traced('statement', statementFacts(text), () => tx.executeSql(text, values)) } : tx
}
