import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import { Args, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { auditPage } from './audit.queries.ts'
import { AuditEventConnection, AuditEventsArgs } from './audit.type.ts'
import { platformChain } from './chain.ts'

@Resolver(() => AuditEventConnection)
export class AuditResolver {
  constructor(private readonly platform: Platform) {}

  @Authorized('audit:read')
  @Query(() => AuditEventConnection, { description: 'Who did what, the newest first: of the tenant in context, for its ADMIN and for superadmins; without a tenant, of the platform itself, for superadmins. What a school has just changed appears within moments.' })
  auditEvents(@Args(() => AuditEventsArgs) list: AuditEventsArgs, @Ctx() context: RequestContext) {
    // Only a superadmin can get here without a tenant.
    return auditPage(this.platform, context.tenantId ?? platformChain, list)
  }

  @FieldResolver(() => Int, { description: 'How many events the filter lets through.' })
  totalCount(@Root() page: Page<unknown>) {
    return page.count()
  }
}
