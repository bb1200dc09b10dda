import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { ClassChangesService } from './class-changes.service.ts'
import type { ClassesService } from './classes.service.ts'
import type { EnrollmentRole } from './roster.words.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys, requireScope } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { AcademicSessionType } from './academic-session.type.ts'
import { UpdateClassInput } from './class-changes.input.ts'
import { ClassConnection, ClassType } from './class.type.ts'
import { CreateClassInput } from './classes.input.ts'
import { classesById, classesPage, studentCountByClass, termsByClass } from './classes.queries.ts'
import { CourseType } from './course.type.ts'
import { coursesById } from './courses.queries.ts'
import { EnrollmentType } from './enrollment.type.ts'
import { enrollmentsByClass } from './enrollments.queries.ts'
import { EnrollmentRoleEnum } from './enums.type.ts'
import { found, knownId } from './known-id.ts'
import { ClassesArgs } from './lists.input.ts'
import { UserType } from './user.type.ts'
import { teachersByClass } from './users.queries.ts'

@Resolver(() => ClassType)
export class ClassesResolver {
  constructor(private readonly classService: ClassesService, private readonly changes: ClassChangesService) {}

  @ForKeys('roster.classes:read')
  @Authorized('roster:read')
  @Query(() => ClassConnection, { description: 'Classes of the school, by title unless ordered otherwise.' })
  classes(@Args(() => ClassesArgs) list: ClassesArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => classesPage(db, list))
  }

  @ForKeys('roster.classes:read')
  @Authorized('roster:read')
  @Query(() => ClassType, { description: 'One class in use; NOT_FOUND otherwise.' })
  async class(@Arg('id', () => ID, { description: 'Of the class.' }) id: string, @Ctx() context: RequestContext) {
    const group = await inSchool(context).load(classesById, knownId(id, 'The class'))
    return found(group?.status === 'active' ? group : undefined, 'The class')
  }

  @ForKeys('roster.classes:write')
  @Authorized('roster:write')
  @Mutation(() => ClassType, { description: 'Creates a class, its course too where none is chosen.' })
  createClass(@Arg('input', () => CreateClassInput, { description: 'The class.' }) input: CreateClassInput, @Ctx() context: RequestContext) {
    if (!input.courseId)
      requireScope(context.principal, 'roster.courses:write', 'createClass without a course')
    if (input.teacherId)
      requireScope(context.principal, 'roster.enrollments:write', 'createClass with a teacher')
    return inSchool(context).write(db => this.classService.createClass(db, input))
  }

  @ForKeys('roster.classes:write')
  @Authorized('roster:write')
  @Mutation(() => ClassType, { description: 'Changes a class.' })
  updateClass(@Arg('input', () => UpdateClassInput, { description: 'The class, and what to change.' }) input: UpdateClassInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.changes.update(db, input))
  }

  @ForKeys('roster.classes:write', 'roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => ClassType, { description: 'Ends a class, with the places in it. Answers the tombstone; restoreClass undoes it for as long as that is kept.' })
  removeClass(
    @Arg('id', () => ID, { description: 'Of the class.' }) id: string,
    @Arg('version', () => Int, { description: 'The version that was read: CONFLICT where it is no longer that.' }) version: number,
    @Ctx() context: RequestContext,
  ) {
    return inSchool(context).write(db => this.changes.remove(db, id, version))
  }

  @ForKeys('roster.classes:write', 'roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => ClassType, { description: 'Brings a removed class back, with the places that went in the same change. CLASS_CODE_TAKEN where another class has got the code, COURSE_REMOVED where its course is gone.' })
  restoreClass(@Arg('id', () => ID, { description: 'Of the class.' }) id: string, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.changes.restore(db, id))
  }

  @FieldResolver(() => CourseType, { description: 'What the class takes.' })
  async course(@Root() group: ClassType, @Ctx() context: RequestContext) {
    return found(await inSchool(context).load(coursesById, group.courseId), 'The course')
  }

  @FieldResolver(() => [AcademicSessionType], { description: 'When it meets, in the order of the calendar.' })
  terms(@Root() group: ClassType, @Ctx() context: RequestContext) {
    return inSchool(context).load(termsByClass, group.id)
  }

  @ForKeys('roster.enrollments:read')
  @FieldResolver(() => Int, { description: 'How many students are in it.' })
  studentCount(@Root() group: ClassType, @Ctx() context: RequestContext) {
    return inSchool(context).load(studentCountByClass, group.id)
  }

  @ForKeys('roster.enrollments:read')
  @FieldResolver(() => [UserType], { description: 'Who teaches it, the main teacher first.' })
  teachers(@Root() group: ClassType, @Ctx() context: RequestContext) {
    return inSchool(context).load(teachersByClass, group.id)
  }

  @FieldResolver(() => [EnrollmentType], { description: 'Who is in it, by family name; at most 500.' })
  enrollments(
    @Root() group: ClassType,
    @Arg('role', () => EnrollmentRoleEnum, { nullable: true, description: 'Only places of this kind.' }) role: EnrollmentRole | null,
    @Ctx() context: RequestContext,
  ) {
    return inSchool(context).load(enrollmentsByClass(role), group.id)
  }
}

@Resolver(() => ClassConnection)
export class ClassConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many classes the filter lets through.' })
  totalCount(@Root() page: Page<ClassType>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
