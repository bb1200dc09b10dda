import type { GraphQLResolveInfo } from 'graphql'
import type { RequestContext } from '../../access/request-context.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { ApiKeyRow } from './keys.queries.ts'
import { Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql'
import { deprecatedMembers } from '../../access/deprecated-members.ts'
import { deprecatedUsesOf } from './deprecated-use.queries.ts'
import { DeprecatedUseType } from './deprecated-use.type.ts'
import { ApiKeyType } from './keys.type.ts'

@Resolver(() => ApiKeyType)
export class DeprecatedUseResolver {
  constructor(private readonly platform: Platform) {}

  private readonly ofKeys = (ids: readonly string[]) => deprecatedUsesOf(this.platform, ids)

  @FieldResolver(() => [DeprecatedUseType], { description: 'What it has asked for that will go from the contract, the most used first; kept while the key is, and not longer than ended keys are after the last use.' })
  async deprecatedUses(@Root() { id }: ApiKeyRow, @Ctx() context: RequestContext, @Info() { schema }: GraphQLResolveInfo): Promise<DeprecatedUseType[]> {
    const reasons = deprecatedMembers(schema)
    return (await context.load(this.ofKeys, id)).map(use => ({ ...use, reason: reasons.get(use.member) ?? null }))
  }
}
