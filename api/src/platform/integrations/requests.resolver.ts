import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { ApiRequestRow } from './requests.queries.ts'
import { Args, Authorized, Ctx, Query, Resolver } from 'type-graphql'
import { apiRequestsPage } from './requests.queries.ts'
import { ApiRequestConnection, ApiRequestsArgs } from './requests.type.ts'

@Resolver()
export class RequestsResolver {
  constructor(private readonly platform: Platform) {}

  @Authorized('keys:manage')
  @Query(() => ApiRequestConnection, { description: 'What the school\'s API keys asked for and how it went, the newest first; there within a few seconds, and kept for 30 days unless the operator has chosen otherwise.' })
  apiRequests(@Args(() => ApiRequestsArgs) list: ApiRequestsArgs, @Ctx() context: RequestContext): Promise<Page<ApiRequestRow>> {
    return apiRequestsPage(this.platform, context.requireTenantId(), list)
  }
}
