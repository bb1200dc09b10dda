import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { SlugAnswer, TenancyService } from './tenancy.service.ts'
import type { Tenant } from './tenant.entity.ts'
import type { TenantRow } from './tenants.queries.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { Public } from '../../access/public.ts'
import { SlugAvailabilityType, TenantConnection, TenantsArgs, TenantType } from './tenant.type.ts'

@Resolver()
export class TenancyResolver {
  constructor(private readonly tenancy: TenancyService, private readonly limits: Limits) {}

  @Authorized('member')
  @Query(() => TenantType, { description: 'The tenant in context: the signed-in person\'s own. Works in every preparation state.' })
  tenant(@Ctx() context: RequestContext): Promise<Tenant> {
    return this.tenancy.get(context.requireTenantId())
  }

  @Authorized('platform')
  @Query(() => TenantConnection, { description: 'Every tenant of the platform, the newest first; for superadmins. Records of the platform need no reason.' })
  tenants(@Args(() => TenantsArgs) list: TenantsArgs): Promise<Page<TenantRow>> {
    return this.tenancy.list(list)
  }

  @Public()
  @Query(() => SlugAvailabilityType, { description: 'Whether a slug can still be chosen at sign-up. 120 questions a minute and address, then RATE_LIMITED.' })
  async slugAvailability(@Arg('slug', () => String, { description: 'The slug as typed.' }) slug: string, @Ctx() context: RequestContext): Promise<SlugAnswer> {
    await this.limits.count('slugAvailability', context.client.address)
    return this.tenancy.checkSlug(slug)
  }
}

@Resolver(() => TenantConnection)
export class TenantConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many tenants the filter lets through.' })
  totalCount(@Root() page: Page<TenantRow>): Promise<number> {
    return page.count()
  }
}
