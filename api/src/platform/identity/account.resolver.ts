import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { EmailsService } from './emails.service.ts'
import type { PasswordsService } from './passwords.service.ts'
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql'
import { Public } from '../../access/public.ts'
import { signedIn } from '../../access/signed-in.ts'
import { ChangePasswordInput, ResetPasswordInput } from './account.type.ts'

@Resolver()
export class AccountResolver {
  constructor(private readonly passwords: PasswordsService, private readonly emails: EmailsService, private readonly limits: Limits) {}

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Changes the viewer\'s password and ends all their other sessions. WRONG_PASSWORD, WEAK_PASSWORD; after five wrong ones RATE_LIMITED.' })
  async changePassword(@Arg('input', () => ChangePasswordInput) input: ChangePasswordInput, @Ctx() context: RequestContext): Promise<boolean> {
    await this.passwords.change(signedIn(context), input, context)
    return true
  }

  @Public()
  @Mutation(() => Boolean, { description: 'Has a link for a new password sent to this address; true also where there is no such account. 20 an hour and network address, then RATE_LIMITED; 5 mails an hour.' })
  async requestPasswordReset(@Arg('email', () => String, { description: 'Of the account; upper and lower case alike.' }) email: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.limits.count('requestPasswordReset', context.client.address)
    await this.passwords.requestReset(email)
    return true
  }

  @Public()
  @Mutation(() => Boolean, { description: 'Sets a new password by the link of a mail, which works once, for an hour. All sessions of the account end. LINK_INVALID, WEAK_PASSWORD; 60 an hour and network address, then RATE_LIMITED.' })
  async resetPassword(@Arg('input', () => ResetPasswordInput) input: ResetPasswordInput, @Ctx() context: RequestContext): Promise<boolean> {
    await this.limits.count('redeemLink', context.client.address)
    await this.passwords.reset(input, context)
    return true
  }

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Has a link sent that confirms the viewer\'s address; nothing is sent where it is confirmed. 5 an hour, then RATE_LIMITED.' })
  async requestEmailVerification(@Ctx() context: RequestContext): Promise<boolean> {
    await this.limits.count('emailVerificationMail', signedIn(context).accountId)
    await this.emails.requestVerification(signedIn(context).accountId)
    return true
  }

  @Public()
  @Mutation(() => Boolean, { description: 'Confirms an e-mail address by the link of a mail, which works for three days. LINK_INVALID; 60 an hour and network address, then RATE_LIMITED.' })
  async verifyEmail(@Arg('token', () => String, { description: 'From the fragment of the link.' }) token: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.limits.count('redeemLink', context.client.address)
    await this.emails.verify(token, context.requestId)
    return true
  }
}
