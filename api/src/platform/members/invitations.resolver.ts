import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { AcceptanceService } from './acceptance.service.ts'
import type { InvitationsService } from './invitations.service.ts'
import type { InvitationPreview, InvitationRow } from './members.queries.ts'
import { Arg, Authorized, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import { Public } from '../../access/public.ts'
import { sessionType, SessionType } from '../identity/room.ts'
import { AcceptInvitationInput, InvitationPreviewType, InvitationType, InviteMemberInput } from './members.type.ts'

@Resolver()
export class InvitationsResolver {
  constructor(private readonly service: InvitationsService, private readonly acceptance: AcceptanceService, private readonly limits: Limits) {}

  @Authorized('members:manage')
  @Query(() => [InvitationType], { description: 'Who was asked to join the school and has not answered, the newest first.' })
  invitations(@Ctx() context: RequestContext): Promise<InvitationRow[]> {
    return this.service.list(context.requireTenantId())
  }

  @Authorized('members:manage')
  @Mutation(() => InvitationType, { description: 'Asks somebody by mail to join the school. An open invitation to the same address is replaced by the new one, and its link is void at once. EMAIL_TAKEN for a member; 50 an hour and school, then RATE_LIMITED.' })
  async inviteMember(@Arg('input', () => InviteMemberInput, { description: 'Who, and as what.' }) input: InviteMemberInput, @Ctx() context: RequestContext): Promise<InvitationRow> {
    const tenantId = context.requireTenantId()
    await this.limits.count('inviteMember', tenantId)
    return this.service.invite(tenantId, input, context.trail)
  }

  @Authorized('platform')
  @Mutation(() => InvitationType, { description: 'As the operator, asks somebody by mail to be an ADMIN of a tenant: where the first invitation was lost, or nobody is left who could invite. An open invitation to the same address is replaced. EMAIL_TAKEN for a member; CANNOT_JOIN on `email` for a superadmin\'s address and one whose account is disabled; a tenant that is not ACTIVE: LIFECYCLE_CONFLICT; unknown: TENANT_NOT_FOUND.' })
  inviteTenantAdmin(
    @Arg('tenantId', () => ID, { description: 'The tenant.' }) tenantId: string,
    @Arg('email', () => String, { description: 'Where the mail goes.' }) email: string,
    @Ctx() { trail }: RequestContext,
  ): Promise<InvitationRow> {
    return this.service.inviteAdmin(tenantId, email, trail)
  }

  @Authorized('members:manage')
  @Mutation(() => Boolean, { description: 'Takes an open invitation back; its link is void at once. NOT_FOUND.' })
  async revokeInvitation(@Arg('id', () => ID, { description: 'Of the invitation.' }) id: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.service.revoke(context.requireTenantId(), id, context.trail)
    return true
  }

  @Public()
  @Query(() => InvitationPreviewType, { description: 'What a link is for. Unknown, used, revoked and expired: NOT_FOUND; 60 questions a minute and address, then RATE_LIMITED.' })
  async invitation(@Arg('token', () => String, { description: 'What follows `#token=` in the link.' }) token: string, @Ctx() context: RequestContext): Promise<InvitationPreview> {
    await this.limits.count('invitation', context.client.address)
    return this.acceptance.preview(token)
  }

  @Public()
  @Mutation(() => SessionType, { description: 'Joins the school and signs in, once a link. Unknown, used, revoked and expired: NOT_FOUND. With an account its password, and totp if it has a second factor, prove who it is, as in signIn: INVALID_CREDENTIALS, SECOND_FACTOR_REQUIRED. 30 tries a minute and address, then RATE_LIMITED.' })
  async acceptInvitation(@Arg('input', () => AcceptInvitationInput, { description: 'The answer.' }) input: AcceptInvitationInput, @Ctx() context: RequestContext): Promise<SessionType> {
    await this.limits.count('acceptInvitation', context.client.address)
    return sessionType(await this.acceptance.accept(input, context.client, context.requestId))
  }
}
