import type { Direction } from '../../database/keyset.ts'
import type { ClassOrderField } from './classes.queries.ts'
import type { RosterRole } from './roster.words.ts'
import type { UserOrderField } from './users.queries.ts'
import { ArgsType, Field, ID, InputType } from 'type-graphql'
import { OrderDirectionEnum, PageArgs } from '../../access/page.type.ts'
import { ClassOrderFieldEnum, RosterRoleEnum, UserOrderFieldEnum } from './enums.type.ts'

@InputType('UserFilter', { description: 'Which people to list; all that is given must hold.' })
export class UserFilterInput {
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
export class ClassFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in title, code or place; case and accents do not matter.' })
  search?: string | null

  @Field(() => ID, { nullable: true, description: 'Only classes that meet in this part of the year.' })
  termId?: string | null
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
export class CourseFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in title or code; case and accents do not matter.' })
  search?: string | null
}

@ArgsType()
export class CoursesArgs extends PageArgs {
  @Field(() => CourseFilterInput, { nullable: true, description: 'Which courses; all unless told.' })
  filter?: CourseFilterInput | null
}
