import type { RequestContext } from '../../access/request-context.ts'
import { Authorized, Ctx, Query, Resolver } from 'type-graphql'
import { NotForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { readDashboard } from './dashboard.queries.ts'
import { DashboardType } from './dashboard.type.ts'

@Resolver(() => DashboardType)
export class DashboardResolver {
  constructor(private readonly now: () => Date) {}

  @NotForKeys()
  @Authorized('roster:read')
  @Query(() => DashboardType, { description: 'What the school\'s first screen shows.' })
  dashboard(@Ctx() context: RequestContext) {
    return inSchool(context).read(db => readDashboard(db, this.now()))
  }
}
