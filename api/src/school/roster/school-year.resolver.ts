import type { RequestContext } from '../../access/request-context.ts'
import type { SchoolYearService } from './school-year.service.ts'
import { Arg, Authorized, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { AcademicSessionType } from './academic-session.type.ts'
import { UpdateSchoolYearInput } from './school-year.input.ts'
import { childrenBySession } from './sessions.queries.ts'

@Resolver(() => AcademicSessionType)
export class SchoolYearResolver {
  constructor(private readonly schoolYears: SchoolYearService) {}

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
