import type { RequestContext } from '../../access/request-context.ts'
import type { ApiKeyRow } from './keys.queries.ts'
import type { LimitsService } from './limits.service.ts'
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { ApiKeyType } from './keys.type.ts'
import { AdjustRateLimitInput, bucketType, PointsBucketType, RateLimitType } from './limits.type.ts'

@Resolver(() => ApiKeyType)
export class LimitsResolver {
  constructor(private readonly limits: LimitsService) {}

  @ForKeys()
  @Authorized('member')
  @Query(() => RateLimitType, { description: 'What the school\'s programs may still spend, and the key that asks. Each answer to a key says the same in `extensions.cost` and in the headers RateLimit and RateLimit-Policy.' })
  async rateLimit(@Ctx() context: RequestContext): Promise<RateLimitType> {
    const { principal } = context
    const { school, key } = await this.limits.state(context.requireTenantId(), principal.kind === 'integrator' ? principal.keyId : undefined)
    return { school: bucketType(school), key: key && bucketType(key) }
  }

  @FieldResolver(() => PointsBucketType, { description: 'What it may still spend for itself.' })
  async bucket(@Root() { id }: ApiKeyRow, @Ctx() context: RequestContext): Promise<PointsBucketType> {
    return bucketType(await context.load(this.limits.ofKeys, id))
  }

  @Authorized('platform')
  @Mutation(() => PointsBucketType, { description: 'Gives a school, or one of its keys, other points for a while; what was given before is replaced. It holds within seconds, and is on the school\'s record with the reason. TENANT_NOT_FOUND, NOT_FOUND.' })
  async adjustRateLimit(@Arg('input', () => AdjustRateLimitInput, { description: 'Whose, how many, until when and why.' }) input: AdjustRateLimitInput, @Ctx() { trail }: RequestContext): Promise<PointsBucketType> {
    return bucketType(await this.limits.adjust(input, trail))
  }

  @Authorized('platform')
  @Mutation(() => PointsBucketType, { description: 'Takes such an exception back before its time. TENANT_NOT_FOUND; NOT_FOUND where there is none.' })
  async restoreRateLimit(
    @Arg('tenantId', () => ID, { description: 'The school.' }) tenantId: string,
    @Arg('keyId', () => ID, { nullable: true, description: 'Of one of its keys; left out: of the school\'s bucket.' }) keyId: string | null | undefined,
    @Ctx() { trail }: RequestContext,
  ): Promise<PointsBucketType> {
    return bucketType(await this.limits.restore(tenantId, keyId ?? null, trail))
  }
}
