import type { EnrollmentRole, RecordStatus } from './roster.words.ts'
import { Field, ID, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { LocalDate } from '../../access/scalars.ts'
import { EnrollmentRoleEnum, RecordStatusEnum } from './enums.type.ts'

@ObjectType('Enrollment', { description: 'A person\'s place in a class.', simpleResolvers: true })
@OfResource('roster.enrollments')
export class EnrollmentType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => RecordStatusEnum, { description: 'TOBEDELETED once withdrawn.' })
  status!: RecordStatus

  @Field(() => EnrollmentRoleEnum, { description: 'What the person is in the class.' })
  role!: EnrollmentRole

  @Field(() => Boolean, { description: 'Whether this is the class\'s main teacher.' })
  primary!: boolean

  @Field(() => LocalDate, { nullable: true, description: 'Inclusive.' })
  beginDate!: string | null

  @Field(() => LocalDate, { nullable: true, description: 'Exclusive.' })
  endDate!: string | null

  classId!: string
  userId!: string
}
