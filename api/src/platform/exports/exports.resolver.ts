import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { SchoolExport } from './exports.queries.ts'
import type { ExportsService } from './exports.service.ts'
import type { RestoreService } from './restore.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'
import { exportsPage } from './exports.queries.ts'
import { SchoolExportConnection, SchoolExportsArgs, SchoolExportType } from './exports.type.ts'

const which = { description: 'The export. Unknown or expired: NOT_FOUND.' }

@Resolver(() => SchoolExportConnection)
export class ExportsResolver {
  constructor(private readonly parts: { platform: Platform, exports: ExportsService, restore: RestoreService }) {}

  @Authorized('platform')
  @Query(() => SchoolExportConnection, { description: 'The exports there are, the newest first, those of deleted schools too. Ask again while one is QUEUED or RUNNING.' })
  schoolExports(@Args(() => SchoolExportsArgs) list: SchoolExportsArgs): Promise<Page<SchoolExport>> {
    return exportsPage(this.parts.platform, list)
  }

  @Authorized('platform')
  @Mutation(() => SchoolExportType, { description: 'Has a READY school that is not to be deleted written into one file, whatever else its state; the school\'s record says who asked and why. One export of a school at a time, or CONFLICT; TENANT_NOT_READY, LIFECYCLE_CONFLICT and TENANT_NOT_FOUND as they say. Poll `schoolExports` for how far it is.' })
  exportTenant(
    @Arg('tenantId', () => ID, { description: 'The tenant.' }) tenantId: string,
    @Arg('reason', () => String, { description: 'Why, 10 to 500 characters; the school reads it.' }) reason: string,
    @Ctx() { trail }: RequestContext,
  ): Promise<SchoolExport> {
    return this.parts.exports.request(tenantId.toLowerCase(), { reason }, trail)
  }

  @Authorized('platform')
  @Mutation(() => Boolean, { description: 'Removes an export with its file. CONFLICT while it is QUEUED or RUNNING, or a school is being restored from it.' })
  deleteSchoolExport(@Arg('id', () => ID, which) id: string, @Ctx() { trail }: RequestContext): Promise<boolean> {
    return this.parts.exports.delete(id, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: 'Makes a new tenant out of a READY export, prepared like any other but with the export\'s rows in place of the seeds; whatever the export is of stays as it is. Accounts and memberships are not part of an export. CONFLICT in another state; EXPORT_TOO_NEW where a newer release has made it; SLUG_TAKEN; BAD_USER_INPUT by field.' })
  restoreTenant(
    @Arg('exportId', () => ID, which) exportId: string,
    @Arg('name', () => String, { description: 'What the new school is called; at most 200 characters.' }) name: string,
    @Arg('slug', () => String, { description: 'Its short name, as at sign-up.' }) slug: string,
    @Arg('adminEmail', () => String, { nullable: true, description: 'Who is invited as its ADMIN, by mail. Left out: nobody belongs to it. A superadmin\'s address, or one whose account is disabled: CANNOT_JOIN.' }) adminEmail: string | null | undefined,
    @Ctx() { trail }: RequestContext,
  ): Promise<Tenant> {
    return this.parts.restore.restore(exportId, { name, slug, adminEmail }, trail)
  }

  @FieldResolver(() => Int, { description: 'How many exports there are.' })
  totalCount(@Root() page: Page<SchoolExport>): Promise<number> {
    return page.count()
  }
}
