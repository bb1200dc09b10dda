import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { openAccessTokens } from './access-token.ts'
import { AccountSchema } from './account.entity.ts'
import { IdentityResolver } from './identity.resolver.ts'
import { IdentityService } from './identity.service.ts'
import { MembershipSchema } from './membership.entity.ts'
import { SessionSchema } from './session.entity.ts'
import { SessionsService } from './sessions.service.ts'

export { keepSigningKey, newSigningKey } from './access-token.ts'
export { sessionType } from './identity.resolver.ts'
export type { IdentityService } from './identity.service.ts'
export { SessionType } from './identity.type.ts'
export { hashPassword, refusePasswordLength, refuseWeakPassword } from './password.ts'
export type { StartedSession } from './sessions.service.ts'

export const identityEntities = [AccountSchema, MembershipSchema, SessionSchema]

/** Who people are: accounts, memberships, sessions and their tokens. */
export function identityRoom(parts: { platform: Platform, tenancy: TenancyService, limits: Limits, jwtPrivateKey: string }) {
  const sessions = new SessionsService(parts.platform, openAccessTokens(parts.jwtPrivateKey))
  const identity = new IdentityService(parts.platform, parts.tenancy, sessions)
  return { identity, sessions, resolvers: [new IdentityResolver(identity, parts.tenancy, parts.limits)] }
}
