import type { EnrollmentRole, RecordStatus } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { LocalDate } from '../../access/scalars.ts'
import { batchType } from './batch.type.ts'
import { EnrollmentRoleEnum, RecordStatusEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('Enrollment', { description: 'A person\'s place in a class.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.enrollments')
export class EnrollmentType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => RecordStatusEnum, { description: 'TOBEDELETED once withdrawn.' })
  status!: RecordStatus

  @Field(() => Int, { description: versionDescription })
  version!: number

  @Field(() => GraphQLDateTime, { description: modifiedDescription })
  dateLastModified!: Date

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

export const EnrollmentConnection = connectionType('Enrollment', EnrollmentType, 'people\'s places in classes')
export const EnrollmentBatch = batchType('Enrollment', 'enrollment', EnrollmentType, 'a place in a class')
