import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { EnrollmentsService } from './enrollments.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { ClassType } from './class.type.ts'
import { EnrolInput, UpdateEnrollmentInput } from './classes.input.ts'
import { classesById } from './classes.queries.ts'
import { EnrollmentBatch, EnrollmentConnection, EnrollmentType } from './enrollment.type.ts'
import { enrollmentsPage } from './enrollments.queries.ts'
import { found } from './known-id.ts'
import { EnrollmentsArgs } from './lists.input.ts'
import { UserType } from './user.type.ts'
import { usersById } from './users.queries.ts'

@Resolver(() => EnrollmentType)
export class EnrollmentsResolver {
  constructor(private readonly service: EnrollmentsService) {}

  @ForKeys('roster.enrollments:read')
  @Authorized('roster:read')
  @Query(() => EnrollmentConnection, { description: 'Who is in which class, in an order that stays.' })
  enrollments(@Args(() => EnrollmentsArgs) list: EnrollmentsArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => enrollmentsPage(db, list))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentType, { description: 'Puts a person in a class; who was withdrawn from it before gets the same place back.' })
  enrol(@Arg('input', () => EnrolInput, { description: 'Who, where, as what.' }) input: EnrolInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.enrol(db, input))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentBatch, { description: 'Puts up to 100 people in classes, as enrol does one. Those that cannot be do not keep the others from it.' })
  enrolMany(@Arg('inputs', () => [EnrolInput], { description: 'Who, where, as what: 1 to 100.' }) inputs: EnrolInput[], @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.enrolMany(db, inputs))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentBatch, { description: 'Takes up to 100 people out of classes, as withdraw does one. What is not there does not keep the others from it.' })
  withdrawMany(@Arg('enrollmentIds', () => [ID], { description: 'The places to give up: 1 to 100.' }) enrollmentIds: string[], @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.withdrawMany(db, enrollmentIds))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentType, { description: 'Changes a person\'s place in a class. Whose place in which class it is, and as what, cannot change: withdraw, and enrol again.' })
  updateEnrollment(@Arg('input', () => UpdateEnrollmentInput, { description: 'The place, and what to change.' }) input: UpdateEnrollmentInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.service.update(db, input))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentType, { description: 'Takes a person out of a class. Answers the enrollment, now TOBEDELETED; enrolling again undoes it.' })
  withdraw(
    @Arg('enrollmentId', () => ID, { description: 'The place to give up.' }) enrollmentId: string,
    @Arg('version', () => Int, { nullable: true, description: 'The version that was read, if it has to be that still (CONFLICT).' }) version: number | null,
    @Ctx() context: RequestContext,
  ) {
    return inSchool(context).write(db => this.service.withdraw(db, enrollmentId, version))
  }

  @FieldResolver(() => UserType, { description: 'Who.' })
  async user(@Root() enrollment: EnrollmentType, @Ctx() context: RequestContext) {
    return found(await inSchool(context).load(usersById, enrollment.userId), 'The person')
  }

  @FieldResolver(() => ClassType, { description: 'Where.' })
  async class(@Root() enrollment: EnrollmentType, @Ctx() context: RequestContext) {
    return found(await inSchool(context).load(classesById, enrollment.classId), 'The class')
  }
}

@Resolver(() => EnrollmentConnection)
export class EnrollmentConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many places the filter lets through.' })
  totalCount(@Root() page: Page<unknown>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
