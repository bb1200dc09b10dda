import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { askExport, download, exportReason, listExports, untilDone, unzip } from '../harness/exports.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { holdLock, waits } from '../harness/process-holds.ts'
import { startHomeroom } from '../harness/process.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

test('kill -9 of a worker in the middle of an export leaves no part of it; the next worker makes it whole', async ({ onTestFinished }) => {
  const homeroom = await openHomeroom({ worker: false })
  onTestFinished(() => homeroom.stop())
  const { owner, request, listener } = homeroom.database.urls
  const startWorker = () => startHomeroom({ PROCESS: 'worker', OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener, DATA_DIR: homeroom.config.dataDir }, { onFinished: onTestFinished })
  const first = await startWorker()
  const { tenantId } = await homeroom.openSchool('oakfield')
  // More than two parts, however well it is packed.
  await homeroom.database.sql(`insert into ${schemaName(tenantId)}."user" (sourced_id, username, given_name, family_name, metadata)
    select 'many-' || n, 'many-' || n, 'Many', 'Person', jsonb_build_object('noise', (select string_agg(md5(n::text || m), '') from generate_series(1, 60) m)) from generate_series(1, 2000) n`)
  const superadmin = await openSuperadmin(homeroom)

  await first.stop()
  const { exportTenant } = await superadmin.client.ask<{ exportTenant: { id: string } }>(askExport, { tenantId, reason: exportReason })
  const release = await holdLock(homeroom.database.adminUrl, `insert into platform.school_export_part values ('${exportTenant.id}', 1, '')`, onTestFinished)
  const killed = await startWorker()
  await waits(homeroom.database.sql, { by: 'homeroom job worker', inStatement: 'insert into platform.school_export_part' })
  expect(await listExports(superadmin.client)).toMatchObject([{ state: 'RUNNING' }])
  await killed.kill()
  await release()
  while ((await homeroom.database.sql('select 1 from pg_stat_activity where datname = current_database() and application_name = \'homeroom job worker\'')).length > 0)
    await homeroom.database.sql('select pg_sleep(0.05)')
  expect(await homeroom.database.sql('select 1 from platform.school_export_part')).toEqual([])
  expect(await homeroom.database.sql('select action from platform.audit_event where action = \'export.made\'')).toEqual([])

  await startWorker()
  const done = await untilDone(homeroom, superadmin.client, exportTenant.id)
  expect(done).toMatchObject({ state: 'READY', progress: 100 })
  const bytes = Buffer.from(await (await download(homeroom.api.url, done.id, superadmin.accessToken)).arrayBuffer())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(done.sha256)
  expect((await unzip(bytes)).get('json/user.ndjson')!.match(/"Many"/g)).toHaveLength(2000)
  const parts = await homeroom.database.sql<{ length: number }>('select length(bytes) as length from platform.school_export_part order by position')
  expect(parts.length).toBeGreaterThan(2)
  expect(parts.slice(0, -1).every(({ length }) => length === 1024 * 1024)).toBe(true)
  expect(await homeroom.database.sql('select action from platform.audit_event where action = \'export.made\'')).toHaveLength(1)
}, 180_000)
