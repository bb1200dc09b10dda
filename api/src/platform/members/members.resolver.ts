import type { MemberRole } from '../../access/principal.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { MemberRow } from './members.queries.ts'
import type { MembersService } from './members.service.ts'
import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { MemberRoleType } from '../identity/room.ts'
import { MemberType } from './members.type.ts'

@Resolver()
export class MembersResolver {
  constructor(private readonly service: MembersService) {}

  @Authorized('members:manage')
  @Query(() => [MemberType], { description: 'Who belongs to the school, by name.' })
  members(@Ctx() context: RequestContext): Promise<MemberRow[]> {
    return this.service.list(context.requireTenantId())
  }

  @Authorized('members:manage')
  @Mutation(() => MemberType, { description: 'Gives a member another role, from their next request on. NOT_FOUND; LAST_ADMIN where the school would be left without an admin.' })
  changeMemberRole(
    @Arg('id', () => ID, { description: 'Of the membership.' }) id: string,
    @Arg('role', () => MemberRoleType, { description: 'What the person is to be.' }) role: MemberRole,
    @Ctx() context: RequestContext,
  ): Promise<MemberRow> {
    return this.service.changeRole(context.requireTenantId(), id, role, context.trail)
  }

  @Authorized('members:manage')
  @Mutation(() => Boolean, { description: 'Ends a membership and its sessions; the account stays. NOT_FOUND; LAST_ADMIN where the school would be left without an admin.' })
  async removeMember(@Arg('id', () => ID, { description: 'Of the membership.' }) id: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.service.remove(context.requireTenantId(), id, context.trail)
    return true
  }
}
