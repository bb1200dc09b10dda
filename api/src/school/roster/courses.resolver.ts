import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import { Args, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { CourseConnection } from './course.type.ts'
import { coursesPage } from './courses.queries.ts'
import { CoursesArgs } from './lists.input.ts'

@Resolver(() => CourseConnection)
export class CoursesResolver {
  @ForKeys('roster.courses:read')
  @Authorized('roster:read')
  @Query(() => CourseConnection, { description: 'What the school teaches, by title.' })
  courses(@Args(() => CoursesArgs) list: CoursesArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => coursesPage(db, list))
  }

  @FieldResolver(() => Int, { description: 'How many courses the filter lets through.' })
  totalCount(@Root() page: Page<unknown>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
