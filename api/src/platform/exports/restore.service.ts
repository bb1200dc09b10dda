import type { Platform } from '../../database/platform-db.ts'
import type { Trail } from '../../shared/trail.ts'
import type { InvitationsService } from '../members/room.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { ExportsService } from './exports.service.ts'
import { randomUUID } from 'node:crypto'
import { Conflict, NotFound } from '../../shared/errors.ts'
import { parseInput } from '../../shared/validate.ts'
import { record } from '../audit/room.ts'
import { isSlugTaken, slugLook, slugTaken, Tenant } from '../tenancy/room.ts'
import { restoreInput } from './exports.input.ts'
import { lockExport } from './exports.queries.ts'

/** Makes a school out of an export: a tenant of its own, prepared like any other, but for its rows. */
export class RestoreService {
  /** `newestVersion`: of a school's tables, as this release knows them. */
  constructor(private readonly parts: { platform: Platform, exports: ExportsService, tenancy: TenancyService, preparation: PreparationService, invitations: InvitationsService, newestVersion: number }) {}

  async restore(exportId: string, words: { name: string, slug: string, adminEmail: string | null | undefined }, trail: Trail): Promise<Tenant> {
    const { platform, exports, tenancy, preparation, invitations, newestVersion } = this.parts
    const { name, slug, adminEmail } = parseInput(restoreInput, words)
    const source = await exports.get(exportId)
    if (source.state !== 'READY')
      throw new Conflict('Only an export that is READY can be restored.', { facts: { state: source.state } })
    if (source.schemaVersion! > newestVersion)
      throw new Conflict('This export was made by a newer release than this one.', { code: 'EXPORT_TOO_NEW', facts: { schemaVersion: source.schemaVersion, newest: newestVersion } })
    // The kind message; the unique indexes make it true.
    const availability = await tenancy.checkSlug(slug)
    if (!availability.available)
      throw taken(availability.message!)
    if (adminEmail)
      await invitations.refuseUninvitable(adminEmail, 'adminEmail')
    const id = randomUUID()
    await platform.transaction(async (db) => {
      const { timeZone, locale } = source
      await lockExport(db, source.id)
      // Somebody may have removed it since it was looked at: its rows could never be loaded.
      if ((await db.execute<unknown[]>('select 1 from platform.school_export where id = ?', [source.id])).length === 0)
        throw new NotFound('The export')
      db.create(Tenant, { id, name, slug, slugLook: slugLook(slug), timeZone, locale, restoredFrom: source.id, createdAt: new Date() })
      await db.flush()
      await preparation.request(db, id)
      await record(db, id, { action: 'tenant.restored', subject: { type: 'tenant', id }, details: { slug, exportId: source.id, from: source.tenantId } }, trail)
      if (adminEmail)
        await invitations.place(db, id, { email: adminEmail, role: 'ADMIN' }, trail)
      await record(db, source.tenantId, { action: 'export.restored', subject: { type: 'export', id: source.id }, details: { slug, tenantId: id } }, trail)
    }).catch((error) => { throw isSlugTaken(error) ? taken(slugTaken.message) : error })
    return tenancy.get(id)
  }
}

function taken(message: string): Conflict {
  return new Conflict(message, { code: 'SLUG_TAKEN', fields: [{ ...slugTaken, message }] })
}
