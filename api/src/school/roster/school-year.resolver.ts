import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { SchoolYearService } from './school-year.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { AcademicSessionConnection, AcademicSessionType } from './academic-session.type.ts'
import { AcademicSessionsArgs } from './lists.input.ts'
import { UpdateSchoolYearInput } from './school-year.input.ts'
import { childrenBySession, sessionsPage } from './sessions.queries.ts'

@Resolver(() => AcademicSessionType)
export class SchoolYearResolver {
  constructor(private readonly schoolYears: SchoolYearService) {}

  @ForKeys('roster.academicSessions:read')
  @Authorized('roster:read')
  @Query(() => AcademicSessionConnection, { description: 'The school\'s years and their parts, the earliest first.' })
  academicSessions(@Args(() => AcademicSessionsArgs) list: AcademicSessionsArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => sessionsPage(db, list))
  }

  @ForKeys('roster.academicSessions:write')
  @Authorized('roster:write')
  @Mutation(() => AcademicSessionType, { description: 'Changes the dates of the school year and its terms, and ticks it off the set-up checklist.' })
  updateSchoolYear(@Arg('input', () => UpdateSchoolYearInput, { description: 'The year as it should be.' }) input: UpdateSchoolYearInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.schoolYears.updateSchoolYear(db, input))
  }

  @FieldResolver(() => [AcademicSessionType], { description: 'Its parts, in the order of the calendar.' })
  children(@Root() session: AcademicSessionType, @Ctx() context: RequestContext) {
    return inSchool(context).load(childrenBySession, session.id)
  }
}

@Resolver(() => AcademicSessionConnection)
export class AcademicSessionConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many sessions the filter lets through.' })
  totalCount(@Root() page: Page<unknown>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
