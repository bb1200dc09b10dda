import type { Adjustment, BucketState } from './limits.queries.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { windowSeconds } from '../../access/charge.ts'
import { OfResource } from '../../access/for-keys.ts'
import { usualPoints } from './limits.queries.ts'

@ObjectType('LimitAdjustment', { description: 'Why a limit is another than everybody\'s for a while.', simpleResolvers: true })
@OfResource(null)
export class LimitAdjustmentType {
  @Field(() => String, { description: 'In the operator\'s words.' })
  reason!: string

  @Field(() => GraphQLDateTime, { description: 'Since when.' })
  setAt!: Date

  @Field(() => GraphQLDateTime, { description: 'Until when; then the usual limit holds again.' })
  expiresAt!: Date
}

@ObjectType('PointsBucket', { description: `What may be spent in a window of ${windowSeconds} seconds. One point is a hundred values of an answer, as they are estimated before it is made; an operation costs at least one.`, simpleResolvers: true })
@OfResource(null)
export class PointsBucketType {
  @Field(() => Int, { description: 'Points in a window.' })
  limit!: number

  @Field(() => Int, { description: 'What is left of them. Processes take points ahead, a twentieth of the bucket at a time, so up to that much more may be left.' })
  remaining!: number

  @Field(() => Int, { description: 'How long a window is, in seconds.' })
  windowSeconds!: number

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the bucket is full again; null where nothing has been taken from it.' })
  resetAt!: Date | null

  @Field(() => LimitAdjustmentType, { nullable: true, description: 'Why it is not the usual one; null where it is.' })
  adjustment!: Adjustment | null
}

@ObjectType('RateLimit', { description: 'What programs may still spend.', simpleResolvers: true })
@OfResource(null)
export class RateLimitType {
  @Field(() => PointsBucketType, { description: `What all keys of the school share: ${usualPoints.school} points unless adjusted.` })
  school!: PointsBucketType

  @Field(() => PointsBucketType, { nullable: true, description: `What the key that asks has for itself: ${usualPoints.key} points unless adjusted. Null where a person asks.` })
  key!: PointsBucketType | null
}

@ObjectType('PointsMinute', { description: 'What the keys of a school spent in one minute.', simpleResolvers: true })
export class PointsMinuteType {
  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  at!: Date

  @Field(() => Int, { description: 'Points that its requests cost.' })
  points!: number

  @Field(() => Int, { description: 'Requests, those that were refused included.' })
  requests!: number
}

@InputType('AdjustRateLimitInput', { description: 'Other points than the usual, for a while.' })
export class AdjustRateLimitInput {
  @Field(() => ID, { description: 'The school.' })
  tenantId!: string

  @Field(() => ID, { nullable: true, description: 'Of one of its keys; left out: of the school\'s bucket.' })
  keyId?: string | null

  @Field(() => Int, { description: 'Points in a window: 1 to 10,000,000.' })
  points!: number

  @Field(() => GraphQLDateTime, { description: 'Until when: within the next ten years.' })
  expiresAt!: Date

  @Field(() => String, { description: 'Why, as the school will read it: 1 to 500 characters.' })
  reason!: string
}

/** A bucket as the API shows it. */
export function bucketType({ points, used, resetAt, adjustment }: BucketState): PointsBucketType {
  return { limit: points, remaining: points - used, windowSeconds, resetAt, adjustment }
}
