import type { RequestContext } from '../../access/request-context.ts'
import type { SecondFactorService } from './second-factor.service.ts'
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql'
import { signedIn } from '../../access/signed-in.ts'
import { RemoveSecondFactorInput, SecondFactorEnrolmentType } from './account.type.ts'

@Resolver()
export class SecondFactorResolver {
  constructor(private readonly secondFactors: SecondFactorService) {}

  @Authorized('account')
  @Mutation(() => SecondFactorEnrolmentType, { description: 'A new secret for the viewer\'s authenticator, in place of one that was not confirmed. CONFLICT where one was.' })
  startSecondFactor(@Ctx() context: RequestContext): Promise<SecondFactorEnrolmentType> {
    return this.secondFactors.start(signedIn(context))
  }

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Takes the first code of the authenticator: from now on signing in needs one, and all other sessions end. WRONG_CODE, CONFLICT; ten wrong codes an hour, then RATE_LIMITED.' })
  async confirmSecondFactor(@Arg('totp', () => String, { description: 'Six digits.' }) totp: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.secondFactors.confirm(signedIn(context), totp, context.requestId)
    return true
  }

  @Authorized('account')
  @Mutation(() => Boolean, { description: 'Signing in needs the password alone again, and all other sessions end. WRONG_PASSWORD, WRONG_CODE, CONFLICT where there is none; FORBIDDEN for superadmins.' })
  async removeSecondFactor(@Arg('input', () => RemoveSecondFactorInput) input: RemoveSecondFactorInput, @Ctx() context: RequestContext): Promise<boolean> {
    await this.secondFactors.remove(signedIn(context), input, context)
    return true
  }
}
