import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { LifecycleService } from './lifecycle.service.ts'
import type { Receipt } from './receipts.queries.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'
import { DeletionReceiptConnection, DeletionReceiptsArgs } from './lifecycle.type.ts'
import { receiptsPage } from './receipts.queries.ts'

const otherwise = 'In another state: LIFECYCLE_CONFLICT with `lifecycle`. Unknown: TENANT_NOT_FOUND.'
const why = { description: 'Why, 10 to 500 characters; the school reads it.' }
const which = { description: 'The tenant.' }

@Resolver()
export class LifecycleResolver {
  constructor(private readonly lifecycle: LifecycleService) {}

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Closes an ACTIVE school at once: its people see the reason and nothing else, open sockets end. ${otherwise}` })
  suspendTenant(@Arg('tenantId', () => ID, which) tenantId: string, @Arg('reason', () => String, why) reason: string, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.lifecycle.close('suspend', tenantId, { reason }, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Opens a SUSPENDED school again. ${otherwise}` })
  resumeTenant(@Arg('tenantId', () => ID, which) tenantId: string, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.lifecycle.move('resume', tenantId, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Puts an ACTIVE or SUSPENDED school away: nobody enters it, and its data stays. Not while it is being prepared. ${otherwise}` })
  archiveTenant(@Arg('tenantId', () => ID, which) tenantId: string, @Arg('reason', () => String, why) reason: string, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.lifecycle.close('archive', tenantId, { reason }, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Makes an ARCHIVED school ACTIVE again, as it was. ${otherwise}` })
  unarchiveTenant(@Arg('tenantId', () => ID, which) tenantId: string, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.lifecycle.move('unarchive', tenantId, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Has an ARCHIVED school deleted when the grace period is over (\`deleteAfter\`): schema, role, rows, memberships, and accounts that belong to no other school. A receipt stays. ${otherwise}` })
  deleteTenant(
    @Arg('tenantId', () => ID, which) tenantId: string,
    @Arg('slug', () => String, { description: 'The tenant\'s slug, typed to confirm. Another one: BAD_USER_INPUT on `slug`.' }) slug: string,
    @Arg('reason', () => String, why) reason: string,
    @Ctx() { trail }: RequestContext,
  ): Promise<Tenant> {
    return this.lifecycle.delete(tenantId, { slug, reason }, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: `Keeps a school that was to be deleted, while the grace period lasts: it is ARCHIVED again. ${otherwise}` })
  cancelTenantDeletion(@Arg('tenantId', () => ID, which) tenantId: string, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.lifecycle.move('keep', tenantId, trail)
  }
}

@Resolver(() => DeletionReceiptConnection)
export class DeletionReceiptsResolver {
  constructor(private readonly platform: Platform) {}

  @Authorized('platform')
  @Query(() => DeletionReceiptConnection, { description: 'What is left of deleted schools, the last one first.' })
  deletionReceipts(@Args(() => DeletionReceiptsArgs) list: DeletionReceiptsArgs): Promise<Page<Receipt>> {
    return receiptsPage(this.platform, list)
  }

  @FieldResolver(() => Int, { description: 'How many receipts the filter lets through.' })
  totalCount(@Root() page: Page<Receipt>): Promise<number> {
    return page.count()
  }
}
