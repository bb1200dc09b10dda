import type pg from 'pg'
import type { JobWorker } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Condition } from './conditions.ts'
import type { WebhookJob } from './webhook.job.ts'
import { randomUUID } from 'node:crypto'
import { withClient } from '../../database/with-client.ts'
import { conditionsIn } from './conditions.ts'
import { readFigures } from './figures.ts'
import { alertWebhook } from './webhook.job.ts'

/** How often the platform is looked at. */
const lookEveryMs = 30_000

export interface AlertWatch {
  readonly ownerUrl: string
  readonly jobs: JobWorker
  /** Whether somebody is to be told. */
  readonly tell: boolean
  /** The version that this release's schools have. */
  readonly supportedVersion: number
  readonly oldestUncarriedSeconds: () => number
  readonly log: Log
}

interface AlertRow extends Condition { readonly since: Date }

/** Looks at once, and then every 30 s. */
export function startAlertWatch(parts: AlertWatch): { stop: () => Promise<void> } {
  let looking: Promise<void> | undefined
  const look = () => looking ??= lookForAlerts(parts)
    .catch((error: unknown) => parts.log.warn({ err: error }, 'alerts could not be looked for'))
    .finally(() => { looking = undefined })
  void look()
  const timer = setInterval(() => void look(), lookEveryMs)
  return {
    async stop() {
      clearInterval(timer)
      await looking
    },
  }
}

/** One look: what began is kept, what ended goes, and the webhook is told of both in the same transaction. */
export async function lookForAlerts(parts: AlertWatch): Promise<void> {
  const connection = { connectionString: parts.ownerUrl, application_name: 'homeroom alerts', connectionTimeoutMillis: 5_000, options: '-c statement_timeout=10s' }
  await withClient(connection, async (client) => {
    await client.query('begin')
    // One worker at a time: two would both tell of the same beginning.
    const { rows: [lock] } = await client.query<{ taken: boolean }>('select pg_try_advisory_xact_lock(hashtext(\'homeroom alerts\')) as taken')
    if (lock?.taken) {
      await client.query('insert into platform.alert_look (at) values (now()) on conflict (only_row) do update set at = excluded.at')
      const figures = await readFigures(asker(client), parts.supportedVersion)
      const { begun, ended } = await keep(client, conditionsIn({ ...figures, oldestUncarriedSeconds: parts.oldestUncarriedSeconds() }))
      for (const alert of begun)
        parts.log.warn({ alert: alert.name, severity: alert.severity, summary: alert.summary }, 'an alert began')
      for (const alert of ended)
        parts.log.info({ alert: alert.name, severity: alert.severity, since: alert.since }, 'an alert ended')
      if (parts.tell) {
        for (const job of [...begun.map(alert => message('alert.firing', alert)), ...ended.map(alert => message('alert.resolved', alert))])
          await parts.jobs.send(alertWebhook, job, job.id, { executeSql: (text: string, values?: unknown[]) => client.query(text, values) })
      }
    }
    await client.query('commit')
  })
}

/** Brings what is kept in line with what holds now. */
async function keep(client: pg.Client, now: readonly Condition[]): Promise<{ begun: AlertRow[], ended: AlertRow[] }> {
  const { rows: ended } = await client.query<AlertRow>('delete from platform.alert where name <> all($1) returning name, severity, summary, since', [now.map(({ name }) => name)])
  const { rows } = await client.query<AlertRow & { begun: boolean }>(`
    insert into platform.alert (name, severity, summary) select * from unnest($1::text[], $2::text[], $3::text[])
    on conflict (name) do update set severity = excluded.severity, summary = excluded.summary, seen_at = now()
    returning name, severity, summary, since, since = now() as begun`, [now.map(({ name }) => name), now.map(({ severity }) => severity), now.map(({ summary }) => summary)])
  return { begun: rows.filter(({ begun }) => begun), ended }
}

function message(type: WebhookJob['type'], { name, severity, summary, since }: AlertRow): WebhookJob {
  return { id: randomUUID(), type, at: new Date().toISOString(), name, severity, summary, since: since.toISOString() }
}

function asker(client: pg.Client) {
  return async <Row>(text: string, values: readonly unknown[] = []) => (await client.query(text, [...values])).rows as Row[]
}
