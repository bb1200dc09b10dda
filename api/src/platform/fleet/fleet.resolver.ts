import type { RequestContext } from '../../access/request-context.ts'
import type { FleetService } from './fleet.service.ts'
import type { Rollout } from './rollout.ts'
import { Arg, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql'
import { FleetDriftType, FleetType } from './fleet.type.ts'
import { RolloutFailureType, RolloutType, StartRolloutInputType } from './rollout.type.ts'

@Resolver(() => RolloutType)
export class FleetResolver {
  constructor(private readonly service: FleetService) {}

  @Authorized('platform')
  @Query(() => FleetType, { description: 'Is everyone migrated? At which version the schools are, and who was set aside.' })
  fleet() {
    return this.service.fleet()
  }

  @Authorized('platform')
  @Query(() => FleetDriftType, { description: 'Compares every ready school\'s tables with what its version says. Reads the database\'s catalogue, no row of a school.' })
  fleetDrift() {
    return this.service.drift()
  }

  @Authorized('platform')
  @Query(() => [RolloutType], { description: 'The last roll-outs, the newest first.' })
  rollouts(@Arg('first', () => Int, { defaultValue: 20, description: 'How many: 1 to 100.' }) first: number): Promise<Rollout[]> {
    return this.service.rollouts(first)
  }

  @Authorized('platform')
  @Query(() => RolloutType, { description: 'One roll-out. Unknown: NOT_FOUND.' })
  rollout(@Arg('id', () => ID, { description: 'Its own.' }) id: string): Promise<Rollout> {
    return this.service.rollout(id.toLowerCase())
  }

  @Authorized('platform')
  @Mutation(() => RolloutType, { description: 'Has the workers bring every school to the newest version; answers at once. CONFLICT while another is open, NOTHING_TO_DO where no school is behind.' })
  startRollout(
    @Arg('input', () => StartRolloutInputType, { nullable: true, description: 'How; as configured unless told.' }) input: StartRolloutInputType | null | undefined,
    @Ctx() context: RequestContext,
  ): Promise<Rollout> {
    return this.service.start(input, context.trail)
  }

  @Authorized('platform')
  @Mutation(() => RolloutType, { description: 'Has a RUNNING roll-out wait; schools under way are finished. CONFLICT in every other state.' })
  pauseRollout(@Arg('id', () => ID, { description: 'Of the roll-out.' }) id: string, @Ctx() context: RequestContext): Promise<Rollout> {
    return this.service.pause(id.toLowerCase(), context.trail)
  }

  @Authorized('platform')
  @Mutation(() => RolloutType, { description: 'Lets a PAUSED or STOPPED roll-out go on; schools that failed before a stop are tried again. CONFLICT in every other state.' })
  resumeRollout(@Arg('id', () => ID, { description: 'Of the roll-out.' }) id: string, @Ctx() context: RequestContext): Promise<Rollout> {
    return this.service.resume(id.toLowerCase(), context.trail)
  }

  @FieldResolver(() => [RolloutFailureType], { description: 'The schools that failed, the last first, 200 at the most; `failed` counts them all.' })
  failures(@Root() rollout: Rollout, @Ctx() context: RequestContext) {
    return rollout.failed > 0 ? context.load(this.service.failuresOf, rollout.id) : []
  }
}

/** The subscription; a factory, because type-graphql calls `subscribe` without the resolver. */
export function rolloutSubscription(service: FleetService): object {
  @Resolver()
  class RolloutSubscription {
    @Authorized('platform')
    @Subscription(() => RolloutType, {
      nullable: true,
      description: 'The open roll-out or the last one first, then each change, four times a second at most; null before the first roll-out.',
      subscribe: () => service.watch(),
    })
    rolloutChanged(@Root() rollout: Rollout | null): Rollout | null {
      return rollout
    }
  }
  return new RolloutSubscription()
}
