import type { RequestContext } from '../../access/request-context.ts'
import type { EnrollmentsService } from './enrollments.service.ts'
import { Arg, Authorized, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { ClassType } from './class.type.ts'
import { EnrolInput } from './classes.input.ts'
import { classesById } from './classes.queries.ts'
import { EnrollmentType } from './enrollment.type.ts'
import { found } from './known-id.ts'
import { UserType } from './user.type.ts'
import { usersById } from './users.queries.ts'

@Resolver(() => EnrollmentType)
export class EnrollmentsResolver {
  constructor(private readonly enrollments: EnrollmentsService) {}

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentType, { description: 'Puts a person in a class; who was withdrawn from it before gets the same place back.' })
  enrol(@Arg('input', () => EnrolInput, { description: 'Who, where, as what.' }) input: EnrolInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.enrollments.enrol(db, input))
  }

  @ForKeys('roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => EnrollmentType, { description: 'Takes a person out of a class. Answers the enrollment, now TOBEDELETED; enrolling again undoes it.' })
  withdraw(@Arg('enrollmentId', () => ID, { description: 'The place to give up.' }) enrollmentId: string, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.enrollments.withdraw(db, enrollmentId))
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
