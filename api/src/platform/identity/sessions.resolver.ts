import type { RequestContext } from '../../access/request-context.ts'
import type { TenancyService, Tenant } from '../tenancy/room.ts'
import type { OpenSessionsService } from './open-sessions.service.ts'
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import { signedIn } from '../../access/signed-in.ts'
import { TenantType } from '../tenancy/room.ts'
import { SignedInSessionType } from './account.type.ts'

@Resolver(() => SignedInSessionType)
export class SessionsResolver {
  constructor(private readonly openSessions: OpenSessionsService, private readonly tenancy: TenancyService) {}

  @Authorized('account')
  @Query(() => [SignedInSessionType], { description: 'Where the viewer is signed in, in all their schools: the last used first, at most 100.' })
  sessions(@Ctx() context: RequestContext): Promise<SignedInSessionType[]> {
    return this.openSessions.list(signedIn(context))
  }

  @FieldResolver(() => TenantType, { nullable: true, description: 'The school signed in to; null without one.' })
  tenant(@Root() session: SignedInSessionType): Promise<Tenant> | null {
    return session.tenantId ? this.tenancy.get(session.tenantId) : null
  }

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Ends one of the viewer\'s sessions, its tokens and open sockets with it. NOT_FOUND where it is not theirs or has ended.' })
  async endSession(@Arg('id', () => ID, { description: 'Of the session.' }) id: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.openSessions.end(signedIn(context), id, context.client, context.trail)
    return true
  }

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Ends all of the viewer\'s sessions, this one too, and clears its cookie.' })
  async signOutEverywhere(@Ctx() context: RequestContext): Promise<boolean> {
    await this.openSessions.endEverywhere(signedIn(context), context.client, context.trail)
    return true
  }
}
