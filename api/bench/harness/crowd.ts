import type { EntitySchema } from '@mikro-orm/postgresql'
import type { Homeroom } from './homeroom.ts'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { openPlatform } from '../../src/database/platform-db.ts'
import { openJobSender } from '../../src/jobs/queue.ts'
import { preparationJobs } from '../../src/platform/preparation/room.ts'
import { TenantSchema } from '../../src/platform/tenancy/room.ts'
import { createLog } from '../../src/shared/log.ts'

/** Rarely enough not to be felt by what is measured. */
const glanceMs = 20

/** Many schools that want to be prepared at once, without the hashing and answering of as many sign-ups. */
export interface Crowd {
  /** Commits `size` tenants with their jobs in one transaction, and answers how many ms it takes until all are READY. */
  prepare: (size: number) => Promise<number>
  close: () => Promise<void>
}

export async function openCrowd({ urls }: Homeroom): Promise<Crowd> {
  const log = createLog('error')
  const platform = await openPlatform({ url: urls.request, poolSize: 2, entities: [TenantSchema as unknown as EntitySchema], warn: message => log.warn(message) })
  const jobs = await openJobSender(urls.request, log)
  const observer = new pg.Client({ connectionString: urls.owner })
  await observer.connect()
  const prepareTenant = preparationJobs[0]!
  return {
    async prepare(size) {
      const ids = Array.from({ length: size }, () => randomUUID())
      await platform.transaction(async (db) => {
        await db.execute(`
          insert into platform.tenant (id, slug, slug_look, name, time_zone, locale)
          select id, slug, slug, 'School of a crowd', 'Europe/Zurich', 'en'
          from unnest(string_to_array(?, ',')::uuid[]) as id, lateral (select 'c' || left(replace(id::text, '-', ''), 30)) as s (slug)`, [ids.join()])
        for (const tenantId of ids)
          await jobs.enqueue(db, prepareTenant, { tenantId, cycle: 1 }, `${tenantId}:1`)
      })
      const started = performance.now()
      const left = async () => Number((await observer.query(`select count(*) from platform.tenant where preparation_status <> 'READY'`)).rows[0].count)
      while (await left() > 0)
        await pause(glanceMs)
      return performance.now() - started
    },
    async close() {
      await Promise.all([platform.close(), jobs.stop(), observer.end()])
    },
  }
}
