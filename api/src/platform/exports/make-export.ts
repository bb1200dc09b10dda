import type pg from 'pg'
import type { Db } from 'pg-boss'
import type { TenantAddress } from '../../database/school-db.ts'
import type { ArchivedSchool, SchoolArchive } from '../../shared/school-archive.ts'
import type { ServedVersions } from '../tenancy/room.ts'
import { createHash } from 'node:crypto'
import { tenantLock } from '../../database/tenant-lock.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged } from '../../events/topics.ts'
import { bySystem } from '../../shared/trail.ts'
import { appendStatement, lockChain } from '../audit/room.ts'
import { serves } from '../tenancy/room.ts'
import { partSize } from './stored-export.ts'

/** Opens a school for reading, as it is at one moment, for as long as `fn` takes. */
export type OpenForExport = <T>(address: TenantAddress, school: ArchivedSchool, signal: AbortSignal, fn: (archive: SchoolArchive) => Promise<T>) => Promise<T>

export interface ExportTask {
  readonly exportId: string
  readonly tenantId: string
  readonly keepDays: number
  readonly served: ServedVersions
  readonly openSchool: OpenForExport
}

/** Why an export cannot be made now, in a code that operators see. */
export class CannotExport extends Error {
  constructor(readonly code: 'TENANT_MAINTENANCE' | 'SCHOOL_GONE', message: string) { super(message) }
}

interface Begun { readonly node: string, readonly name: string, readonly slug: string, readonly timeZone: string, readonly locale: string, readonly schemaVersion: number, readonly schemaServesFrom: number | null }

/**
 * Writes one school into its export, in the job's transaction: parts, READY and the job's end are one commit, so whatever
 * ends it half-way has left nothing. How far it is goes over `aside`, a connection of its own.
 */
export async function makeExport(task: ExportTask, tx: Db, aside: pg.Client, signal: AbortSignal): Promise<'made' | 'nothing'> {
  const { exportId, tenantId, openSchool } = task
  // Nobody migrates or deletes the school meanwhile.
  await tx.executeSql('select pg_advisory_xact_lock($1::bigint)', [tenantLock(tenantId)])
  if (!await isUnderWay(aside, exportId))
    return 'nothing'
  const begun = await begin(task, aside)
  const { node, schemaServesFrom: _, ...school } = begun
  const written = await openSchool({ id: tenantId, node }, { tenantId, ...school, exportedAt: new Date() }, signal, async (archive) => {
    const hash = createHash('sha256')
    let size = 0
    let position = 0
    const noteProgress = progressNote(aside, exportId)
    for await (const part of pieces(archive.bytes)) {
      signal.throwIfAborted()
      hash.update(part)
      size += part.length
      await tx.executeSql('insert into platform.school_export_part (export_id, position, bytes) values ($1, $2, $3)', [exportId, position++, part])
      await noteProgress(archive.progress())
    }
    return { size, sha256: hash.digest(), rows: archive.rows }
  })
  await seal(task, tx, begun.schemaVersion, written)
  return 'made'
}

async function isUnderWay(aside: pg.Client, exportId: string): Promise<boolean> {
  return (await aside.query('select from platform.school_export where id = $1 and state in (\'QUEUED\', \'RUNNING\')', [exportId])).rowCount === 1
}

async function begin({ exportId, tenantId, served }: ExportTask, aside: pg.Client): Promise<Begun> {
  const { rows: [school] } = await aside.query<Begun>(`
    update platform.school_export e set state = 'RUNNING', progress = 0, error_code = null, started_at = clock_timestamp(), schema_version = t.schema_version
    from platform.tenant t, pg_notify($2, $3) where e.id = $1 and e.state in ('QUEUED', 'RUNNING') and t.id = e.tenant_id and t.preparation_status = 'READY' and t.lifecycle <> 'DELETING'
    returning t.node, t.name, t.slug, t.time_zone as "timeZone", t.locale, t.schema_version as "schemaVersion", t.schema_serves_from as "schemaServesFrom"`, [exportId, ...publish(tenantChanged, { tenantId }).values])
  if (!school)
    throw new CannotExport('SCHOOL_GONE', 'The school is gone, or about to go.')
  if (!serves(served, school))
    throw new CannotExport('TENANT_MAINTENANCE', `The school is of version ${school.schemaVersion}, which this release does not read.`)
  return school
}

/** Bytes in pieces of one length, but for the last. */
async function* pieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = []
  let length = 0
  for await (const chunk of bytes) {
    held.push(chunk)
    length += chunk.length
    while (length >= partSize) {
      const whole = Buffer.concat(held)
      yield whole.subarray(0, partSize)
      held = [whole.subarray(partSize)]
      length -= partSize
    }
  }
  if (length > 0)
    yield Buffer.concat(held)
}

/** Tells at most once a second. */
function progressNote(aside: pg.Client, exportId: string): (percent: number) => Promise<void> {
  let told = performance.now()
  return async (percent) => {
    if (performance.now() - told < 1_000)
      return
    told = performance.now()
    await aside.query('update platform.school_export set progress = $2 where id = $1 and state = \'RUNNING\'', [exportId, percent])
  }
}

async function seal({ exportId, tenantId, keepDays }: ExportTask, tx: Db, version: number, { size, sha256, rows }: { size: number, sha256: Buffer, rows: Readonly<Record<string, number>> }): Promise<void> {
  const { rows: sealed } = await tx.executeSql(`
    update platform.school_export set state = 'READY', progress = 100, completed_at = clock_timestamp(), expires_at = clock_timestamp() + $2 * interval '1 day', size_bytes = $3, sha256 = $4, row_counts = $5
    where id = $1 and state = 'RUNNING' and schema_version = $6 returning id, pg_notify($7, $8)`, [exportId, keepDays, size, sha256, JSON.stringify(rows), version, ...publish(tenantChanged, { tenantId }).values])
  if (sealed.length !== 1)
    throw new Error('The export was given up meanwhile.')
  const made = { action: 'export.made', subject: { type: 'export', id: exportId }, details: { bytes: size, rows: Object.values(rows).reduce((sum, count) => sum + count, 0) } }
  for (const { text, values } of [lockChain(tenantId), appendStatement(tenantId, { ...made, ...bySystem })])
    await tx.executeSql(text, [...values])
}
