import type { ConstructorOptions, Db, Job } from 'pg-boss'
import type { PlatformDb } from '../database/platform-db.ts'
import type { Log } from '../shared/log.ts'
import type { AnyJob, JobDefinition } from './define-job.ts'
import { fromKysely, PgBoss } from 'pg-boss'
import { ExtendedClient } from '../database/extended-client.ts'

/** Puts jobs into queues; what the API has. */
export interface JobSender {
  /**
   * Queues one job in the transaction of `db`: row and job commit together or not at all.
   * `key`: of jobs with this key at most one waits or runs, or waits, as the job's policy says; false where one does already.
   */
  enqueue: <Data extends object>(db: PlatformDb, job: JobDefinition<Data>, data: Data, key: string) => Promise<boolean>
  stop: () => Promise<void>
}

/** Runs jobs; what a worker has. */
export interface JobWorker {
  /**
   * Runs `run` for each job of this kind. Its transaction and the job's completion are one commit: use `tx` for all
   * writes. Throwing rolls both back and counts as a failed try.
   */
  handle: <Data extends object>(job: JobDefinition<Data>, concurrency: number, run: (data: Data, tx: Db, signal: AbortSignal) => Promise<void>) => Promise<void>
  /** Puts a job into its queue outside of any platform transaction. */
  send: <Data extends object>(job: JobDefinition<Data>, data: Data, key: string) => Promise<boolean>
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
  const boss = new PgBoss({ openTelemetry: { enabled: false }, connectionTimeoutMillis: 2_000, ...options })
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
    stop: () => boss.stop({ graceful: false }),
  }
}

/** Opens the working side under the owner login, woken by NOTIFY, with polling as the backstop. */
export async function openJobWorker(ownerUrl: string, poolSize: number, log: Log): Promise<JobWorker> {
  const boss = openBoss({
    connectionString: ownerUrl,
    application_name: 'homeroom job worker',
    max: poolSize,
    migrate: false,
    schedule: false,
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
              await run(known, tx, signal)
            }
          }
          finally {
            // Left to its interval, a worker takes two jobs a second, however short they are and many wait.
            boss.notifyWorker(worker)
          }
        })
      }
    },
    async send(job, data, key) {
      return await boss.send(job.name, job.schema.parse(data), { singletonKey: key }) !== null
    },
    stop: graceMs => boss.stop({ graceful: true, timeout: graceMs }),
  }
}
