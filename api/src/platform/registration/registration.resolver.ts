import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { RegistrationService } from './registration.service.ts'
import { Arg, Authorized, Ctx, Mutation, Resolver } from 'type-graphql'
import { Public } from '../../access/public.ts'
import { sessionType } from '../identity/room.ts'
import { TenantType } from '../tenancy/room.ts'
import { CreateTenantForInput, CreateTenantInput, CreateTenantPayload } from './registration.type.ts'

@Resolver()
export class RegistrationResolver {
  constructor(private readonly registration: RegistrationService, private readonly limits: Limits) {}

  @Public()
  @Mutation(() => CreateTenantPayload, { description: 'Signs a school up and answers at once; its preparation goes on in the background. Fields that are wrong are named in extensions.fields; SLUG_TAKEN, EMAIL_TAKEN, CONFLICT; 20 an hour and address, then RATE_LIMITED.' })
  async createTenant(@Arg('input', () => CreateTenantInput) input: CreateTenantInput, @Ctx() context: RequestContext): Promise<CreateTenantPayload> {
    await this.limits.count('createTenant', context.client.address)
    const { tenant, session } = await this.registration.signUp(input, context.client, context.requestId)
    return { tenant, session: sessionType(session) }
  }

  @Authorized('platform')
  @Mutation(() => TenantType, { description: 'Creates a tenant for a school, PENDING, and invites its ADMIN by mail; the invitation can be accepted while the school is being prepared. Fields that are wrong are named in extensions.fields: SLUG_TAKEN on `slug`; CANNOT_JOIN on `adminEmail` for a superadmin\'s address and one whose account is disabled. An idempotency key of other input: CONFLICT.' })
  createTenantFor(@Arg('input', () => CreateTenantForInput, { description: 'The school, and who is to look after it.' }) input: CreateTenantForInput, @Ctx() { trail }: RequestContext): Promise<Tenant> {
    return this.registration.createFor(input, trail)
  }
}
