import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { TenancyService, TenantRow } from '../tenancy/room.ts'
import type { ApiKeyRow } from './keys.queries.ts'
import type { CreatedApiKey, KeysService } from './keys.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys, NotForKeys } from '../../access/for-keys.ts'
import { scopes } from '../../access/scopes.ts'
import { NotFound } from '../../shared/errors.ts'
import { TenantType } from '../tenancy/room.ts'
import { ApiKeyConnection, ApiKeysArgs, ApiKeyType, ApiScopeType, CreateApiKeyInput, CreatedApiKeyType, RollApiKeyInput } from './keys.type.ts'

@Resolver(() => ApiKeyType)
export class KeysResolver {
  constructor(private readonly service: KeysService, private readonly tenancy: TenancyService, private readonly limits: Limits) {}

  @Authorized('keys:manage')
  @Query(() => ApiKeyConnection, { description: 'The school\'s API keys, those that have ended included: the newest first.' })
  apiKeys(@Args(() => ApiKeysArgs) list: ApiKeysArgs, @Ctx() context: RequestContext): Promise<Page<ApiKeyRow>> {
    return this.service.list(context.requireTenantId(), list)
  }

  @Authorized('keys:manage')
  @Query(() => [ApiScopeType], { description: 'What an API key may be allowed.' })
  apiScopes(): ApiScopeType[] {
    return [...scopes]
  }

  @ForKeys()
  @Authorized('member')
  @Query(() => ApiKeyType, { description: 'The API key that is asking: what it may do, and until when. NOT_FOUND where a person asks.' })
  async thisApiKey(@Ctx() { principal }: RequestContext): Promise<ApiKeyRow> {
    if (principal.kind !== 'integrator')
      throw new NotFound('The key')
    return this.service.own(principal)
  }

  @Authorized('keys:manage')
  @Mutation(() => CreatedApiKeyType, { description: 'Makes an API key for the school, and tells its ADMINs by mail. TOO_MANY_KEYS beyond 100 that work; 50 an hour and school, then RATE_LIMITED.' })
  async createApiKey(@Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput, @Ctx() context: RequestContext): Promise<CreatedApiKey> {
    const tenantId = context.requireTenantId()
    await this.limits.count('createApiKey', tenantId)
    return this.service.create(tenantId, input, makerIn(context))
  }

  @Authorized('keys:manage')
  @Mutation(() => CreatedApiKeyType, { description: 'Makes a new key in the place of one, with its name, scopes and addresses; the old one works on for as long as told. ADMINs are told by mail. NOT_FOUND; KEY_ENDED for one that does not work any more, KEY_ROLLED for one that has been replaced. 50 an hour and school, then RATE_LIMITED.' })
  async rollApiKey(@Arg('input', () => RollApiKeyInput, { description: 'Which, and how.' }) input: RollApiKeyInput, @Ctx() context: RequestContext): Promise<CreatedApiKey> {
    const tenantId = context.requireTenantId()
    await this.limits.count('createApiKey', tenantId)
    return this.service.roll(tenantId, input, makerIn(context))
  }

  @Authorized('keys:manage')
  @Mutation(() => ApiKeyType, { description: 'Ends a key at once: its next request is refused and its open sockets are closed. NOT_FOUND; KEY_ENDED for one that does not work any more.' })
  revokeApiKey(@Arg('id', () => ID, { description: 'Of the key.' }) id: string, @Ctx() context: RequestContext): Promise<ApiKeyRow> {
    return this.service.revoke(context.requireTenantId(), id, context.trail)
  }

  @Authorized('platform')
  @Query(() => [ApiKeyType], { description: 'Whose key somebody has found, for superadmins: at most 20 that begin so, the newest first. The whole key may be given; what follows its prefix is not looked at.' })
  findApiKeys(@Arg('prefix', () => String, { description: 'hmr_live_ or hmr_test_, and at least six characters more.' }) prefix: string): Promise<ApiKeyRow[]> {
    return this.service.find(prefix)
  }

  @Authorized('platform')
  @Mutation(() => ApiKeyType, { description: 'Ends a key of any school, for superadmins: one that was found where it should not be. On the school\'s record, with the reason. NOT_FOUND; KEY_ENDED for one that does not work any more.' })
  revokeLeakedApiKey(
    @Arg('id', () => ID, { description: 'Of the key.' }) id: string,
    @Arg('reason', () => String, { description: 'Why, as the school will read it: 1 to 500 characters.' }) reason: string,
    @Ctx() { trail }: RequestContext,
  ): Promise<ApiKeyRow> {
    return this.service.revokeLeaked({ id, reason }, trail)
  }

  private readonly tenantsOf = async (ids: readonly string[]) => {
    const found = new Map((await this.tenancy.findAll([...new Set(ids)])).map(tenant => [tenant.id, tenant]))
    return ids.map(id => found.get(id))
  }

  @NotForKeys()
  @FieldResolver(() => TenantType, { description: 'The school it is for.' })
  async tenant(@Root() { tenantId }: ApiKeyRow, @Ctx() context: RequestContext): Promise<TenantRow> {
    const tenant = await context.load(this.tenantsOf, tenantId)
    // It went, and the key with it, while this was read.
    if (!tenant)
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
    return tenant
  }
}

const makerIn = ({ trail, client }: RequestContext) => ({ trail, address: client.address })

@Resolver(() => ApiKeyConnection)
export class ApiKeyConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many keys the filter lets through.' })
  totalCount(@Root() page: Page<ApiKeyRow>): Promise<number> {
    return page.count()
  }
}
