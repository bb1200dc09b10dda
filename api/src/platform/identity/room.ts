import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { openSeal } from '../../shared/seal.ts'
import { openAccessTokens } from './access-token.ts'
import { AccountSchema } from './account.entity.ts'
import { AccountResolver } from './account.resolver.ts'
import { EmailsService } from './emails.service.ts'
import { IdentityResolver } from './identity.resolver.ts'
import { IdentityService } from './identity.service.ts'
import { MembershipSchema } from './membership.entity.ts'
import { OpenSessionsService } from './open-sessions.service.ts'
import { PasswordsService } from './passwords.service.ts'
import { ProofService } from './proof.service.ts'
import { SecondFactorResolver } from './second-factor.resolver.ts'
import { SecondFactorService } from './second-factor.service.ts'
import { SecondFactor } from './second-factor.ts'
import { SessionSchema } from './session.entity.ts'
import { SessionsResolver } from './sessions.resolver.ts'
import { SessionsService } from './sessions.service.ts'
import { SuperadminsService } from './superadmins.service.ts'

export { keepSigningKey, newSigningKey } from './access-token.ts'
export { Account } from './account.entity.ts'
export { endSessions } from './end-sessions.ts'
export { identityLetters } from './identity.letters.ts'
export { sessionType } from './identity.resolver.ts'
export type { IdentityService } from './identity.service.ts'
export { MemberRoleType, SessionType } from './identity.type.ts'
export { tellAccessChanged } from './live-sessions.ts'
export { Membership } from './membership.entity.ts'
export { hashPassword, refusePasswordLength, refuseWeakPassword } from './password.ts'
export type { StartedSession } from './sessions.service.ts'
export type { SuperadminsService } from './superadmins.service.ts'

export const identityEntities = [AccountSchema, MembershipSchema, SessionSchema]

/** Who people are: accounts, memberships, sessions and what proves them. */
export function identityRoom(parts: { platform: Platform, tenancy: TenancyService, limits: Limits, jobs: JobSender, jwtPrivateKey: string, secretKey: string, log: Log }) {
  const { platform, tenancy, limits, jobs, log } = parts
  const secondFactor = openSecondFactor(parts.secretKey)
  const proof = new ProofService({ platform, limits, secondFactor, log })
  const sessions = new SessionsService(platform, openAccessTokens(parts.jwtPrivateKey))
  const identity = new IdentityService(platform, proof, sessions)
  const resolvers = [
    new IdentityResolver(identity, tenancy, limits),
    new AccountResolver(new PasswordsService({ platform, jobs, limits, proof }), new EmailsService(platform, jobs), limits),
    new SecondFactorResolver(new SecondFactorService({ platform, jobs, limits, proof, secondFactor })),
    new SessionsResolver(new OpenSessionsService(platform), tenancy),
  ]
  return { identity, sessions, resolvers }
}

/** The operator's people, for their command; `platform` and `jobs` are the owner's. */
export function openSuperadminsService(parts: { platform: Platform, jobs: JobSender, secretKey: string }): SuperadminsService {
  return new SuperadminsService({ ...parts, secondFactor: openSecondFactor(parts.secretKey) })
}

function openSecondFactor(secretKey: string): SecondFactor {
  return new SecondFactor(openSeal(secretKey, 'second factor'))
}
