import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { TenancyService, Tenant } from '../tenancy/room.ts'
import type { IdentityService } from './identity.service.ts'
import type { StartedSession } from './sessions.service.ts'
import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql'
import { Public } from '../../access/public.ts'
import { TenantType } from '../tenancy/room.ts'
import { SessionType, SignInInput, ViewerType } from './identity.type.ts'

/** A person as the API shows them. */
export function viewerType({ account, role, tenantId }: StartedSession['viewer']): ViewerType {
  const { id, name, email, superadmin } = account
  return { id, name, email, superadmin, emailVerified: account.emailVerifiedAt !== null, secondFactor: account.totpConfirmedAt !== null, role, tenantId }
}

/** A session as the API shows it. */
export function sessionType(session: StartedSession): SessionType {
  return { accessToken: session.accessToken, expiresAt: session.expiresAt, viewer: viewerType(session.viewer) }
}

@Resolver(() => ViewerType)
export class IdentityResolver {
  constructor(private readonly identity: IdentityService, private readonly tenancy: TenancyService, private readonly limits: Limits) {}

  @Public()
  @Query(() => ViewerType, { nullable: true, description: 'Who is asking: null for a visitor.' })
  async viewer(@Ctx() context: RequestContext): Promise<ViewerType | null> {
    const viewer = await this.identity.viewer(context)
    return viewer && viewerType(viewer)
  }

  @FieldResolver(() => TenantType, { nullable: true, description: 'The school signed in to; null without one.' })
  tenant(@Root() viewer: ViewerType): Promise<Tenant> | null {
    return viewer.tenantId ? this.tenancy.get(viewer.tenantId) : null
  }

  @Public()
  @Mutation(() => SessionType, { description: 'Signs in. Wrong, unknown and disabled answer INVALID_CREDENTIALS alike; a right password without the code of an authenticator SECOND_FACTOR_REQUIRED; several schools CONFLICT with extensions.tenants. 60 tries a minute and network address; after five failures in a row for one account from there each further try has to wait, and ten wrong codes an hour for one account: RATE_LIMITED.' })
  async signIn(@Arg('input', () => SignInInput) input: SignInInput, @Ctx() context: RequestContext): Promise<SessionType> {
    await this.limits.count('signIn', context.client.address)
    return sessionType(await this.identity.signIn(input, context.tenantId, context.client, context.requestId))
  }

  @Public()
  @Mutation(() => SessionType, { description: 'A new access token for the refresh cookie, which is replaced. A refresh token used twice ends its session: UNAUTHENTICATED.' })
  async refreshSession(@Ctx() context: RequestContext): Promise<SessionType> {
    await this.limits.count('refreshSession', context.client.address)
    return sessionType(await this.identity.sessions.refresh(context.client, context.requestId))
  }

  @Public()
  @Mutation(() => Boolean, { description: 'Ends the session and clears its cookie. True also where there was none.' })
  async signOut(@Ctx() context: RequestContext): Promise<boolean> {
    await this.identity.sessions.end('sessionId' in context.principal ? context.principal.sessionId : undefined, context.client, context.requestId)
    return true
  }
}
