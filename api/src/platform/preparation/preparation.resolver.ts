import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { PreparationService } from './preparation.service.ts'
import type { Status } from './status.ts'
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { Public } from '../../access/public.ts'
import { TenantType } from '../tenancy/room.ts'
import { mayWatch, watchedTenant } from './preparation.service.ts'
import { RetriedPreparationsType, TenantPreparationStatusType } from './preparation.type.ts'

@Resolver(() => TenantType)
export class PreparationResolver {
  constructor(private readonly service: PreparationService, private readonly limits: Limits) {}

  @FieldResolver(() => TenantPreparationStatusType, { description: 'How far the school is.' })
  preparation(@Root() tenant: Pick<Tenant, 'id'>, @Ctx() context: RequestContext): Promise<Status> {
    return context.load(this.service.statusesOf, tenant.id)
  }

  @ForKeys()
  @Public()
  @Query(() => TenantPreparationStatusType, { description: 'Where a preparation stands. Public with an id; without one, the caller\'s own. Unknown: NOT_FOUND; a member naming another school: TENANT_MISMATCH.' })
  async tenantPreparationStatus(
    @Arg('tenantId', () => ID, { nullable: true, description: 'From createTenant; left out: the caller\'s own tenant.' }) tenantId: string | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Status> {
    await this.limits.count('tenantPreparationStatus', context.client.address)
    return this.service.status(context.principal, watchedTenant(tenantId, context.tenantId))
  }

  @Authorized('tenant:prepare')
  @Mutation(() => TenantPreparationStatusType, { description: 'Tries a FAILED preparation again, from the start. CONFLICT in every other state.' })
  async retryTenantPreparation(@Arg('tenantId', () => ID, { description: 'The tenant that FAILED.' }) tenantId: string, @Ctx() context: RequestContext): Promise<Status> {
    const wanted = watchedTenant(tenantId, context.tenantId)
    // First whose school it is: nobody spends another school's tries.
    mayWatch(context.principal, wanted)
    await this.limits.count('retryTenantPreparation', wanted)
    return this.service.retry(context.principal, wanted, context.trail)
  }

  @Authorized('platform')
  @Mutation(() => RetriedPreparationsType, { description: 'Tries again every preparation that FAILED with this code, each in a cycle of its own, as retryTenantPreparation does one.' })
  retryFailedPreparations(@Arg('code', () => String, { description: 'As in PreparationError.code, e.g. STEP_FAILED.' }) code: string, @Ctx() { trail }: RequestContext): Promise<RetriedPreparationsType> {
    return this.service.retryAll(code, trail)
  }

  @Authorized('platform')
  @Mutation(() => TenantPreparationStatusType, { description: 'Ends a preparation that is PENDING or PREPARING: it is FAILED with the code CANCELLED, and nothing stays of it. CONFLICT in every other state.' })
  cancelTenantPreparation(@Arg('tenantId', () => ID, { description: 'The tenant that is being prepared.' }) tenantId: string, @Ctx() { trail }: RequestContext): Promise<Status> {
    return this.service.cancel(tenantId, trail)
  }
}

/** The subscription; a factory, because type-graphql calls `subscribe` without the resolver. */
export function preparationSubscription(service: PreparationService, limits: Limits): object {
  @Resolver()
  class PreparationSubscription {
    @ForKeys()
    @Public()
    @Subscription(() => TenantPreparationStatusType, {
      description: 'The current status first, then each change, ending after READY or FAILED; after a retry, subscribe again. Changes in between may be skipped, never the last.',
      subscribe: async ({ args, context }) => {
        const { client, principal } = context as RequestContext
        await limits.count('tenantPreparationStatus', client.address)
        return service.watch(principal, String(args.tenantId).toLowerCase())
      },
    })
    tenantPreparationStatus(@Root() status: Status, @Arg('tenantId', () => ID, { description: 'From createTenant.' }) _tenantId: string): Status {
      return status
    }
  }
  return new PreparationSubscription()
}
