import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { CoursesService } from './courses.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { CourseBatch, CourseConnection, CourseType } from './course.type.ts'
import { CreateCourseInput, UpdateCourseInput } from './courses.input.ts'
import { classCountByCourse, coursesById, coursesPage } from './courses.queries.ts'
import { found, knownId } from './known-id.ts'
import { CoursesArgs } from './lists.input.ts'

@Resolver(() => CourseType)
export class CoursesResolver {
  constructor(private readonly service: CoursesService) {}

  @ForKeys('roster.courses:read')
  @Authorized('roster:read')
  @Query(() => CourseConnection, { description: 'What the school teaches, by title.' })
  courses(@Args(() => CoursesArgs) list: CoursesArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => coursesPage(db, list))
  }

  @ForKeys('roster.courses:read')
  @Authorized('roster:read')
  @Query(() => CourseType, { description: 'One course in use; NOT_FOUND otherwise.' })
  async course(@Arg('id', () => ID, { description: 'Of the course.' }) id: string, @Ctx() context: RequestContext) {
    const course = await inSchool(context).load(coursesById, knownId(id, 'The course'))
    return found(course?.status === 'active' ? course : undefined, 'The course')
  }

  @ForKeys('roster.courses:write')
  @Authorized('roster:write')
  @Mutation(() => CourseType, { description: 'Creates a course.' })
  createCourse(@Arg('input', () => CreateCourseInput, { description: 'The course.' }) input: CreateCourseInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.createCourse(db, input))
  }

  @ForKeys('roster.courses:write')
  @Authorized('roster:write')
  @Mutation(() => CourseBatch, { description: 'Creates up to 100 courses. Those that cannot be created do not keep the others from it.' })
  createCourses(@Arg('inputs', () => [CreateCourseInput], { description: 'The courses: 1 to 100.' }) inputs: CreateCourseInput[], @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.createCourses(db, inputs))
  }

  @ForKeys('roster.courses:write')
  @Authorized('roster:write')
  @Mutation(() => CourseType, { description: 'Changes a course. Where its subjects change, what codes for them another system had brought are dropped.' })
  updateCourse(@Arg('input', () => UpdateCourseInput, { description: 'The course, and what to change.' }) input: UpdateCourseInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.update(db, input))
  }

  @ForKeys('roster.courses:write')
  @Authorized('roster:write')
  @Mutation(() => CourseType, { description: 'Takes a course out of use. COURSE_IN_USE, with how many as `extensions.classes`, while classes in use take it. Answers the tombstone; restoreCourse undoes it for as long as that is kept.' })
  removeCourse(
    @Arg('id', () => ID, { description: 'Of the course.' }) id: string,
    @Arg('version', () => Int, { description: 'The version that was read: CONFLICT where it is no longer that.' }) version: number,
    @Ctx() context: RequestContext,
  ) {
    return inSchool(context).write(db => this.service.remove(db, id, version))
  }

  @ForKeys('roster.courses:write')
  @Authorized('roster:write')
  @Mutation(() => CourseType, { description: 'Brings a removed course back. COURSE_CODE_TAKEN where another course has got the code.' })
  restoreCourse(@Arg('id', () => ID, { description: 'Of the course.' }) id: string, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.restore(db, id))
  }

  @ForKeys('roster.classes:read')
  @FieldResolver(() => Int, { description: 'How many classes in use take it.' })
  classCount(@Root() course: CourseType, @Ctx() context: RequestContext) {
    return inSchool(context).load(classCountByCourse, course.id)
  }
}

@Resolver(() => CourseConnection)
export class CourseConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many courses the filter lets through.' })
  totalCount(@Root() page: Page<unknown>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
