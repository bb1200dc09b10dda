import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { ExplorerService, Opened } from './explorer.service.ts'
import { Arg, Authorized, Ctx, ID, Mutation, Resolver } from 'type-graphql'
import { ExplorerAccessType } from './explorer.type.ts'

@Resolver()
export class ExplorerResolver {
  constructor(private readonly service: ExplorerService, private readonly limits: Limits) {}

  @Authorized('keys:manage')
  @Mutation(() => ExplorerAccessType, { description: 'Lets an admin ask as one of the school\'s keys, as its program would: within its scopes, and from any address. It spends the key\'s points, stands in its request log, and what it changes is on record as the admin\'s. NOT_FOUND; KEY_ENDED for one that does not work any more. 120 an hour and school, then RATE_LIMITED.' })
  async exploreWithApiKey(
    @Arg('id', () => ID, { description: 'Of the key.' }) keyId: string,
    @Arg('writing', () => Boolean, { nullable: true, description: 'Whether the key\'s scopes to write count too. It reads only unless told.' }) writing: boolean | null,
    @Ctx() context: RequestContext,
  ): Promise<Opened> {
    await this.limits.count('exploreWithApiKey', context.requireTenantId())
    return this.service.open(context.principal, { keyId, writing: writing === true }, context.trail)
  }
}
