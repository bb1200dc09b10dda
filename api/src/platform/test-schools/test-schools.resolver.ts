import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Tenant } from '../tenancy/room.ts'
import type { HeldMail } from './held-mail.ts'
import type { TestSchoolsService } from './test-schools.service.ts'
import { Arg, Authorized, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'
import { HeldMailType } from './test-schools.type.ts'

const which = 'Asked in the test school itself, that one. NOT_FOUND where there is none.'

@Resolver()
export class TestSchoolsResolver {
  constructor(private readonly service: TestSchoolsService, private readonly limits: Limits) {}

  @Authorized('keys:manage')
  @Query(() => TenantType, { nullable: true, description: 'The school\'s test school; asked in a test school, that one. Null where there is none.' })
  testSchool(@Ctx() context: RequestContext): Promise<Tenant | null> {
    return this.service.find(context.requireTenantId())
  }

  @Authorized('keys:manage')
  @Mutation(() => TenantType, { description: 'Makes a test school, PENDING, with the caller as its ADMIN: about 230 made-up people, their classes and enrollments. Nothing of it is sent: mails and webhooks are kept and shown instead. One for each school: TEST_SCHOOL_EXISTS; a test school has none of its own: TEST_SCHOOL. 10 an hour and school, resets too, then RATE_LIMITED.' })
  async createTestSchool(@Ctx() context: RequestContext): Promise<Tenant> {
    const tenantId = context.requireTenantId()
    await this.limits.count('testSchool', tenantId)
    return this.service.create(tenantId, context.principal, context.trail)
  }

  @Authorized('keys:manage')
  @Mutation(() => TenantType, { description: `Makes the caller, an ADMIN of the school, ADMIN of its test school too. ${which}` })
  joinTestSchool(@Ctx() context: RequestContext): Promise<Tenant> {
    return this.service.join(context.requireTenantId(), context.principal, context.trail)
  }

  @Authorized('keys:manage')
  @Mutation(() => TenantType, { description: `Makes the test school anew, with the same people as at first: PENDING. Keys and webhooks stay; cursors of \`changes\` from before are CURSOR_EXPIRED. CONFLICT with \`status\` where it is not READY. ${which} RATE_LIMITED as createTestSchool.` })
  async resetTestSchool(@Ctx() context: RequestContext): Promise<Tenant> {
    const tenantId = context.requireTenantId()
    await this.limits.count('testSchool', tenantId)
    return this.service.reset(tenantId, context.trail)
  }

  @Authorized('keys:manage')
  @Mutation(() => TenantType, { description: `Deletes the test school at once, with its keys and all that is in it. CONFLICT while it is being prepared. ${which}` })
  deleteTestSchool(
    @Arg('slug', () => String, { description: 'Its slug, typed to confirm. Another one: BAD_USER_INPUT on `slug`.' }) slug: string,
    @Ctx() context: RequestContext,
  ): Promise<Tenant> {
    return this.service.delete(context.requireTenantId(), slug, context.trail)
  }

  @Authorized('keys:manage')
  @Query(() => [HeldMailType], { description: 'The last 100 mails that this test school would have sent, the newest first; none in any other school.' })
  heldMails(@Ctx() context: RequestContext): Promise<HeldMail[]> {
    return this.service.mails(context.requireTenantId())
  }
}
