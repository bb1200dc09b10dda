import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { TenancyService } from '../tenancy/room.ts'
import type { ApiKeyRow } from './keys.queries.ts'
import type { KeysService } from './keys.service.ts'
import type { LimitsService } from './limits.service.ts'
import type { PointsMinute } from './points-used.queries.ts'
import { Arg, Args, Authorized, Extensions, ID, Query, Resolver } from 'type-graphql'
import { ApiKeyConnection, ApiKeysArgs } from './keys.type.ts'
import { bucketType, PointsBucketType, PointsMinuteType } from './limits.type.ts'
import { minutesShown, pointsUsedOf } from './points-used.queries.ts'

/** What the operator sees of a school's programs: the platform's own rows, nothing of what is in the school. */
@Resolver()
export class FleetKeysResolver {
  constructor(private readonly parts: { readonly platform: Platform, readonly tenancy: TenancyService, readonly keys: KeysService, readonly limits: LimitsService }) {}

  @Authorized('platform')
  @Query(() => ApiKeyConnection, { description: 'The API keys of any one school, for superadmins, those that have ended included: the newest first. TENANT_NOT_FOUND.' })
  async fleetApiKeys(
    @Arg('tenantId', () => ID, { description: 'The school.' }) tenantId: string,
    @Args(() => ApiKeysArgs) list: ApiKeysArgs,
  ): Promise<Page<ApiKeyRow>> {
    const { id } = await this.parts.tenancy.get(tenantId)
    return this.parts.keys.list(id, list)
  }

  @Authorized('platform')
  @Query(() => PointsBucketType, { description: 'What all keys of any one school share, for superadmins; each key\'s own is its `bucket`. TENANT_NOT_FOUND.' })
  async fleetRateLimit(@Arg('tenantId', () => ID, { description: 'The school.' }) tenantId: string): Promise<PointsBucketType> {
    const { id } = await this.parts.tenancy.get(tenantId)
    const { school } = await this.parts.limits.state(id, undefined)
    return bucketType(school)
  }

  @Extensions({ rows: minutesShown })
  @Authorized('platform')
  @Query(() => [PointsMinuteType], { description: `What the keys of any one school spent in each of the last ${minutesShown} minutes, for superadmins; the oldest first, the current one last. Off the request log, which is a few seconds behind. TENANT_NOT_FOUND.` })
  async fleetPointsUsed(@Arg('tenantId', () => ID, { description: 'The school.' }) tenantId: string): Promise<PointsMinute[]> {
    const { id } = await this.parts.tenancy.get(tenantId)
    return pointsUsedOf(this.parts.platform, id)
  }
}
