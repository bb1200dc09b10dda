import { GraphQLDateTime } from 'graphql-scalars'
import { Field, Float, Int, ObjectType } from 'type-graphql'

@ObjectType('PreparationFigure', { description: 'How preparations went that came to their end in a stretch of time.', simpleResolvers: true })
export class PreparationFigureType {
  @Field(() => GraphQLDateTime, { description: 'When the stretch begins.' })
  from!: Date

  @Field(() => Int, { description: 'Rounds that ended READY.' })
  ready!: number

  @Field(() => Int, { description: 'Rounds that ended FAILED after their last attempt. One that an operator cancelled counts as neither.' })
  failed!: number

  @Field(() => Float, { nullable: true, description: '`failed` of `ready` and `failed` together, from 0 to 1; null where there are none.' })
  failureRate!: number | null

  @Field(() => Float, { nullable: true, description: 'Seconds that half of those READY took at most, from the beginning of the round; null where there are none. Between two values it is interpolated.' })
  p50Seconds!: number | null

  @Field(() => Float, { nullable: true, description: 'The same for 95 of 100.' })
  p95Seconds!: number | null
}

@ObjectType('PreparationFigures', {
  description: 'Time to ready and failures over time. Counted are rounds of preparation (rows of platform.preparation_cycle): one begins when a school signs up or is retried, and ends when it is READY, or FAILED after its last attempt; it counts where it ends. So its seconds hold waiting for a worker and attempts that failed in between. Rounds of schools that have been deleted since are not in it.',
  simpleResolvers: true,
})
export class PreparationFiguresType {
  @Field(() => Int, { description: 'As asked for.' })
  days!: number

  @Field(() => GraphQLDateTime, { description: 'When the first point begins.' })
  from!: Date

  @Field(() => GraphQLDateTime, { description: 'Now: the last point is not over.' })
  to!: Date

  @Field(() => PreparationFigureType, { description: 'Over all of it.' })
  total!: PreparationFigureType

  @Field(() => [PreparationFigureType], { description: 'One for each day, UTC, today the last; with one day, one for each of 24 hours. Also where nothing happened.' })
  points!: readonly PreparationFigureType[]
}
