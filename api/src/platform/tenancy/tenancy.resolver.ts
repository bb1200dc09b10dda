import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { SlugAnswer, TenancyService } from './tenancy.service.ts'
import type { Tenant } from './tenant.entity.ts'
import type { TenantCounts, TenantPage, TenantRow } from './tenants.queries.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { Public } from '../../access/public.ts'
import { SlugAvailabilityType, TenantConnection, TenantCountsType, TenantsArgs, TenantType } from './tenant.type.ts'

@Resolver()
export class TenancyResolver {
  constructor(private readonly tenancy: TenancyService, private readonly limits: Limits) {}

  @ForKeys()
  @Authorized('member')
  @Query(() => TenantType, { description: 'The tenant in context: the signed-in person\'s own. Works in every preparation state.' })
  tenant(@Ctx() context: RequestContext): Promise<Tenant> {
    return this.tenancy.get(context.requireTenantId())
  }

  @Authorized('platform')
  @Query(() => TenantConnection, { description: 'Every tenant of the platform, the newest first unless told; for superadmins. Records of the platform need no reason.' })
  async tenants(@Args(() => TenantsArgs) list: TenantsArgs): Promise<Page<TenantRow> & CountsOf> {
    const { page, counts } = await this.tenancy.list(list)
    return Object.assign(page, { countStates: counts })
  }

  @Public()
  @Query(() => SlugAvailabilityType, { description: 'Whether a slug can still be chosen at sign-up. 120 questions a minute and address, then RATE_LIMITED.' })
  async slugAvailability(@Arg('slug', () => String, { description: 'The slug as typed.' }) slug: string, @Ctx() context: RequestContext): Promise<SlugAnswer> {
    await this.limits.count('slugAvailability', context.client.address)
    return this.tenancy.checkSlug(slug)
  }
}

/** A page brings its counts along, for those who ask. */
interface CountsOf { readonly countStates: TenantPage['counts'] }

@Resolver(() => TenantConnection)
export class TenantConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many tenants the filter lets through.' })
  totalCount(@Root() page: Page<TenantRow>): Promise<number> {
    return page.count()
  }

  @FieldResolver(() => TenantCountsType, { description: 'How many of the tenants that `search` finds are in each state, whatever else the filter says.' })
  counts(@Root() page: CountsOf): Promise<TenantCounts> {
    return page.countStates()
  }
}
