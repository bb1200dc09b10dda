import type { Direction } from '../../database/keyset.ts'
import type { ClassOrderField } from './classes.queries.ts'
import type { AcademicSessionType, ClassType, EnrollmentRole, RecordStatus, RosterRole } from './roster.words.ts'
import type { UserOrderField } from './users.queries.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int } from 'type-graphql'
import { OrderDirectionEnum, PageArgs } from '../../access/page.type.ts'
import { AcademicSessionTypeEnum, ClassOrderFieldEnum, ClassTypeEnum, EnrollmentRoleEnum, RecordStatusEnum, RosterRoleEnum, UserOrderFieldEnum } from './enums.type.ts'

/** What every list of records can be asked for. */
@InputType()
abstract class RecordFilterInput {
  @Field(() => RecordStatusEnum, { nullable: true, description: 'Only records in this state. Unless told: those in use; with `updatedSince`, tombstones too.' })
  status?: RecordStatus | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only records whose dateLastModified is this moment or later, tombstones included. To miss nothing, follow `changes` instead.' })
  updatedSince?: Date | null

  @Field(() => [String], { nullable: true, description: 'Only records that other systems know by one of these; at most 100.' })
  sourcedIds?: string[] | null
}

@InputType('UserFilter', { description: 'Which people to list; all that is given must hold.' })
export class UserFilterInput extends RecordFilterInput {
  @Field(() => RosterRoleEnum, { nullable: true, description: 'Only people who have this role.' })
  role?: RosterRole | null

  @Field(() => String, { nullable: true, description: 'Words that all occur in names, e-mail or identifier; case and accents do not matter.' })
  search?: string | null

  @Field(() => String, { nullable: true, description: 'Only people in this grade.' })
  grade?: string | null
}

@InputType('UserOrder', { description: 'How to order people.' })
export class UserOrderInput {
  @Field(() => UserOrderFieldEnum, { description: 'By what.' })
  field!: UserOrderField

  @Field(() => OrderDirectionEnum, { description: 'Which end first.' })
  direction!: Direction
}

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => UserFilterInput, { nullable: true, description: 'Which people; all unless told.' })
  filter?: UserFilterInput | null

  @Field(() => UserOrderInput, { nullable: true, description: 'By family name unless told.' })
  orderBy?: UserOrderInput | null
}

@InputType('ClassFilter', { description: 'Which classes to list; all that is given must hold.' })
export class ClassFilterInput extends RecordFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in title, code or place; case and accents do not matter.' })
  search?: string | null

  @Field(() => ID, { nullable: true, description: 'Only classes that meet in this part of the year.' })
  termId?: string | null

  @Field(() => ID, { nullable: true, description: 'Only classes that take this course.' })
  courseId?: string | null

  @Field(() => ClassTypeEnum, { nullable: true, description: 'Only classes that meet in this way.' })
  classType?: ClassType | null

  @Field(() => String, { nullable: true, description: 'Only classes for this grade.' })
  grade?: string | null
}

@InputType('ClassOrder', { description: 'How to order classes.' })
export class ClassOrderInput {
  @Field(() => ClassOrderFieldEnum, { description: 'By what.' })
  field!: ClassOrderField

  @Field(() => OrderDirectionEnum, { description: 'Which end first.' })
  direction!: Direction
}

@ArgsType()
export class ClassesArgs extends PageArgs {
  @Field(() => ClassFilterInput, { nullable: true, description: 'Which classes; all unless told.' })
  filter?: ClassFilterInput | null

  @Field(() => ClassOrderInput, { nullable: true, description: 'By title unless told.' })
  orderBy?: ClassOrderInput | null
}

@InputType('CourseFilter', { description: 'Which courses to list.' })
export class CourseFilterInput extends RecordFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in title or code; case and accents do not matter.' })
  search?: string | null
}

@ArgsType()
export class CoursesArgs extends PageArgs {
  @Field(() => CourseFilterInput, { nullable: true, description: 'Which courses; all unless told.' })
  filter?: CourseFilterInput | null
}

@InputType('EnrollmentFilter', { description: 'Which places in classes to list; all that is given must hold.' })
export class EnrollmentFilterInput extends RecordFilterInput {
  @Field(() => EnrollmentRoleEnum, { nullable: true, description: 'Only places of this kind.' })
  role?: EnrollmentRole | null

  @Field(() => ID, { nullable: true, description: 'Only places in this class.' })
  classId?: string | null

  @Field(() => ID, { nullable: true, description: 'Only places of this person.' })
  userId?: string | null
}

@ArgsType()
export class EnrollmentsArgs extends PageArgs {
  @Field(() => EnrollmentFilterInput, { nullable: true, description: 'Which places; all unless told.' })
  filter?: EnrollmentFilterInput | null
}

@InputType('AcademicSessionFilter', { description: 'Which parts of the calendar to list; all that is given must hold.' })
export class AcademicSessionFilterInput extends RecordFilterInput {
  @Field(() => AcademicSessionTypeEnum, { nullable: true, description: 'Only sessions of this length.' })
  type?: AcademicSessionType | null

  @Field(() => Int, { nullable: true, description: 'Only those of the school year that ends in this year.' })
  schoolYear?: number | null
}

@ArgsType()
export class AcademicSessionsArgs extends PageArgs {
  @Field(() => AcademicSessionFilterInput, { nullable: true, description: 'Which sessions; all unless told.' })
  filter?: AcademicSessionFilterInput | null
}
