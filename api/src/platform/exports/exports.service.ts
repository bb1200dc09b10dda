import type { Download } from '../../access/download.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Trail } from '../../shared/trail.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { SchoolExport } from './exports.queries.ts'
import { randomUUID } from 'node:crypto'
import { authorize } from '../../access/authorize.ts'
import { publish } from '../../events/bus.ts'
import { tenantChanged } from '../../events/topics.ts'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { reasonInput } from './exports.input.ts'
import { exportSchool } from './exports.job.ts'
import { findExport, lockExport } from './exports.queries.ts'

export class ExportsService {
  constructor(private readonly parts: { platform: Platform, tenancy: TenancyService, jobs: JobSender }) {}

  async get(id: string): Promise<SchoolExport> {
    const found = await findExport(this.parts.platform, id.toLowerCase())
    if (!found)
      throw new NotFound('The export')
    return found
  }

  /**
   * Has a school exported: the export, its job and the record of who looks at the school, and why, commit together, so the
   * record is there before a row is read.
   */
  async request(tenantId: string, words: { reason: string }, trail: Trail): Promise<SchoolExport> {
    const { reason } = parseInput(reasonInput, words)
    const tenant = await this.parts.tenancy.get(tenantId)
    const id = randomUUID()
    const queued = await this.parts.platform.transaction(async (db) => {
      // The rows decide: of two operators at once one is told that the other was faster.
      const rows = await db.execute(`
        insert into platform.school_export (id, tenant_id, tenant_name, slug, time_zone, locale, reason, requested_by)
        select ?, id, name, slug, time_zone, locale, ?, ? from platform.tenant where id = ? and preparation_status = 'READY' and lifecycle <> 'DELETING'
        on conflict (tenant_id) where state in ('QUEUED', 'RUNNING') do nothing returning id`, [id, reason, trail.actor.id ?? null, tenant.id])
      if (rows.length === 0)
        return false
      await this.parts.jobs.enqueue(db, exportSchool, { exportId: id, tenantId: tenant.id }, id)
      await db.execute('select pg_notify(?, ?)', publish(tenantChanged, { tenantId: tenant.id }).values)
      await record(db, tenant.id, { action: 'superadmin.access', subject: { type: 'tenant', id: tenant.id }, details: { reason, mode: 'read', operation: 'exportTenant' } }, trail)
      return true
    })
    if (!queued)
      throw await this.#refusal(tenant.id)
    return this.get(id)
  }

  /** Removes an export with its bytes; not one that is being made, nor one that a school is being made from. */
  async delete(id: string, trail: Trail): Promise<boolean> {
    const { id: exportId, tenantId, state } = await this.get(id)
    await this.parts.platform.transaction(async (db) => {
      await lockExport(db, exportId)
      const deleted = await db.execute(`
        delete from platform.school_export e where id = ? and state in ('READY', 'FAILED')
          and not exists (select from platform.tenant t where t.restored_from = e.id and t.preparation_status in ('PENDING', 'PREPARING')) returning id`, [exportId])
      if (deleted.length === 0)
        throw new Conflict(state === 'READY' ? 'A school is being restored from this export: wait for the end.' : 'This export is being made: wait for the end.', { facts: { state } })
      await db.execute('select pg_notify(?, ?)', publish(tenantChanged, { tenantId }).values)
      await record(db, tenantId, { action: 'export.deleted', subject: { type: 'export', id: exportId } }, trail)
    })
    return true
  }

  /** The file, for a superadmin; on record before the first byte leaves. */
  async download({ principal, trail }: RequestContext, id: string): Promise<Download> {
    authorize(principal, ['platform'])
    const { id: exportId, tenantId, state, slug, createdAt, sizeBytes, sha256 } = await this.get(id)
    if (state !== 'READY')
      throw new NotFound('The export')
    await this.parts.platform.transaction(db => record(db, tenantId, { action: 'export.downloaded', subject: { type: 'export', id: exportId } }, trail))
    return { name: `${slug}-${createdAt.toISOString().slice(0, 10)}.zip`, size: sizeBytes!, sha256: Buffer.from(sha256!, 'hex'), bytes: this.#parts(exportId, sizeBytes!) }
  }

  /** One part at a time, and no connection held while somebody's line is slow. */
  async* #parts(exportId: string, size: number): AsyncGenerator<Buffer> {
    for (let position = 0, sent = 0; sent < size; position++) {
      const [part] = await this.parts.platform.query<{ bytes: Buffer }>('select bytes from platform.school_export_part where export_id = $1 and position = $2', [exportId, position])
      if (!part)
        throw new Error(`Export ${exportId} went while it was downloaded.`)
      sent += part.bytes.length
      yield part.bytes
    }
  }

  async #refusal(tenantId: string): Promise<Conflict> {
    const { lifecycle, preparationStatus } = await this.parts.tenancy.get(tenantId)
    if (lifecycle === 'DELETING')
      return new Conflict('This school is to be deleted: keep it first.', { code: 'LIFECYCLE_CONFLICT', facts: { lifecycle } })
    if (preparationStatus !== 'READY')
      return new Conflict('This school is not ready yet: there is nothing to export.', { code: 'TENANT_NOT_READY', facts: { status: preparationStatus } })
    return new Conflict('An export of this school is under way.')
  }
}
