import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobsService } from './jobs.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { jobsPage, readQueues } from './jobs.queries.ts'
import { JobConnection, JobQueueType, JobsArgs } from './jobs.type.ts'

const ofQueue = { description: 'The job\'s queue.' }
const ofJob = { description: 'The job\'s id.' }

@Resolver(() => JobConnection)
export class JobsResolver {
  constructor(private readonly platform: Platform, private readonly service: JobsService) {}

  @Authorized('platform')
  @Query(() => [JobQueueType], { description: 'Every kind of background work with its numbers, by name.' })
  jobQueues() {
    return readQueues(this.platform)
  }

  @Authorized('platform')
  @Query(() => JobConnection, { description: 'The jobs there are, the newest first. Finished ones are kept for seven days.' })
  jobs(@Args(() => JobsArgs) list: JobsArgs) {
    return jobsPage(this.platform, list)
  }

  @Authorized('platform')
  @Mutation(() => Boolean, { description: 'Orders another try of a FAILED job; a worker takes the order at once. CONFLICT in every other state, while another job for the same thing waits or runs, and for a preparation, which `retryTenantPreparation` retries; `reason` says which: STATE, TAKEN, ELSEWHERE, or ORDERED where somebody was faster. Unknown: NOT_FOUND.' })
  retryJob(@Arg('queue', () => String, ofQueue) queue: string, @Arg('id', () => ID, ofJob) id: string, @Ctx() { trail }: RequestContext): Promise<boolean> {
    return this.service.order('retry', queue, id.toLowerCase(), trail)
  }

  @Authorized('platform')
  @Mutation(() => Boolean, { description: 'Takes back a WAITING or RETRYING job; a worker takes the order at once. CONFLICT in every other state, and for a preparation, which `cancelTenantPreparation` cancels; `reason` says which: STATE, ELSEWHERE, or ORDERED where somebody was faster. Unknown: NOT_FOUND.' })
  cancelJob(@Arg('queue', () => String, ofQueue) queue: string, @Arg('id', () => ID, ofJob) id: string, @Ctx() { trail }: RequestContext): Promise<boolean> {
    return this.service.order('cancel', queue, id.toLowerCase(), trail)
  }

  @FieldResolver(() => Int, { description: 'How many jobs the filter lets through.' })
  totalCount(@Root() page: Page<unknown>): Promise<number> {
    return page.count()
  }
}
