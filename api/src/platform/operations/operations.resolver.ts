import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { Failure, Operations, OperationsService } from './operations.service.ts'
import type { TenantsChanged } from './tenants-feed.ts'
import type { TimelineEntry, TimelineKind } from './timeline.queries.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Arg, Authorized, Ctx, FieldResolver, Float, ID, Int, Query, Resolver, Root, Subscription } from 'type-graphql'
import { NotForKeys } from '../../access/for-keys.ts'
import { defaultPageSize, largestPage } from '../../shared/page.ts'
import { TenantType } from '../tenancy/room.ts'
import { PreparationFiguresType } from './figures.type.ts'
import { FailedPreparationsType, TenantFailureType, TenantOperationsType, TenantsChangedType } from './operations.type.ts'
import { timelineRequest } from './timeline.queries.ts'
import { TimelineConnection, TimelineKindType } from './timeline.type.ts'

@Resolver(() => TenantType)
export class FleetTenantResolver {
  constructor(private readonly service: OperationsService) {}

  @Authorized('platform')
  @Query(() => TenantType, { description: 'Any one tenant, for superadmins. Unknown or malformed: TENANT_NOT_FOUND.' })
  fleetTenant(@Arg('id', () => ID, { description: 'Of the tenant.' }) id: string): Promise<Tenant> {
    return this.service.tenant(id)
  }

  @Authorized('platform')
  @Query(() => [FailedPreparationsType], { description: 'Open schools whose preparation FAILED, by code, most first. Empty where there are none.' })
  failedPreparations() {
    return this.service.failedPreparations()
  }

  @Authorized('platform')
  @Query(() => PreparationFiguresType, { description: 'How long schools took to be READY, and how many FAILED, over the last days.' })
  preparationFigures(@Arg('days', () => Int, { nullable: true, description: 'How many days, today among them: 1 to 90, 30 unless told.' }) days: number | null | undefined) {
    return this.service.figures(days)
  }

  @NotForKeys()
  @Authorized('platform')
  @FieldResolver(() => TenantOperationsType, { description: 'What the operator knows of it, for superadmins; FORBIDDEN for everybody else.' })
  operations(@Root() tenant: Pick<Tenant, 'id'>, @Ctx() context: RequestContext): Promise<Operations> {
    return context.load(this.service.operationsOf, tenant.id)
  }
}

@Resolver(() => TenantOperationsType)
export class TenantOperationsResolver {
  constructor(private readonly service: OperationsService) {}

  @FieldResolver(() => Int, { description: 'People who can sign in to its school.' })
  async memberCount(@Root() { tenantId }: Operations, @Ctx() context: RequestContext): Promise<number> {
    return (await context.load(this.service.peopleOf, tenantId)).memberCount
  }

  @FieldResolver(() => GraphQLDateTime, { nullable: true, description: 'When one of its people was last here, to within some minutes; null where none of their sessions is kept.' })
  async lastActiveAt(@Root() { tenantId }: Operations, @Ctx() context: RequestContext): Promise<Date | null> {
    return (await context.load(this.service.peopleOf, tenantId)).lastActiveAt
  }

  @FieldResolver(() => Float, { nullable: true, description: 'Bytes on disk of its school: tables with their indexes and long values. Null before READY. Measured when asked: about a millisecond a school.' })
  sizeBytes(@Root() { tenantId }: Operations, @Ctx() context: RequestContext): Promise<number | null> {
    return context.load(this.service.sizesOf, tenantId)
  }

  @FieldResolver(() => TenantFailureType, { nullable: true, description: 'Why its preparation FAILED, or its last attempt while it is tried again; null where all is well.' })
  failure(@Root() { tenantId }: Operations, @Ctx() context: RequestContext): Promise<Failure | null> {
    return context.load(this.service.failuresOf, tenantId)
  }

  @FieldResolver(() => TimelineConnection, { description: 'What happened to it, the newest first.' })
  timeline(
    @Root() { tenantId }: Operations,
    @Ctx() context: RequestContext,
    @Arg('first', () => Int, { nullable: true, description: `How many entries after \`after\`, or from the start: 1 to ${largestPage}, ${defaultPageSize} unless told.` }) first: number | null | undefined,
    @Arg('after', () => String, { nullable: true, description: 'Only entries after this cursor of the same tenant and kinds.' }) after: string | null | undefined,
    @Arg('kinds', () => [TimelineKindType], { nullable: true, description: 'Only these; all unless told, and where the list is empty.' }) kinds: TimelineKind[] | null | undefined,
  ): Promise<Page<TimelineEntry>> {
    return context.load(this.service.timelinesOf, timelineRequest(tenantId, { first: first ?? null, after: after ?? null, kinds: kinds ?? null }))
  }
}

/** The subscription; a factory, because type-graphql calls `subscribe` without the resolver. */
export function tenantsSubscription(service: OperationsService): object {
  @Resolver()
  class TenantsSubscription {
    @Authorized('platform')
    @Subscription(() => TenantsChangedType, {
      description: 'Tenants that change, four messages a second at most: new and deleted ones, preparation, lifecycle, version, set aside by a roll-out. Says nothing first. Who signs in, joins or leaves is not told.',
      subscribe: () => service.watchTenants(),
    })
    tenantsChanged(@Root() changes: TenantsChanged): TenantsChanged {
      return changes
    }
  }
  return new TenantsSubscription()
}
