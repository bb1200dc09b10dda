import type { SetupTaskKey } from './roster.words.ts'
import { Field, Int, ObjectType } from 'type-graphql'
import { AcademicSessionType } from './academic-session.type.ts'
import { ChecklistKeyEnum } from './enums.type.ts'
import { OrgType } from './org.type.ts'

@ObjectType('ChecklistItem', { description: 'One step of setting up a school.', simpleResolvers: true })
export class ChecklistItemType {
  @Field(() => ChecklistKeyEnum, { description: 'Which step.' })
  key!: SetupTaskKey

  @Field(() => Boolean, { description: 'Whether it is done: ticked off, or plain from what the school holds.' })
  done!: boolean
}

@ObjectType('Dashboard', { description: 'What a school\'s first screen shows.', simpleResolvers: true })
export class DashboardType {
  @Field(() => OrgType, { description: 'The school itself.' })
  school!: OrgType

  @Field(() => Int, { description: 'People who are students here.' })
  studentCount!: number

  @Field(() => Int, { description: 'People who are teachers here.' })
  teacherCount!: number

  @Field(() => Int, { description: 'Classes in use.' })
  classCount!: number

  @Field(() => AcademicSessionType, { nullable: true, description: 'The school year that contains today in the school\'s time zone, or the next one.' })
  schoolYear!: AcademicSessionType | null

  @Field(() => AcademicSessionType, { nullable: true, description: 'The part of that year that contains today. Null between terms.' })
  currentTerm!: AcademicSessionType | null

  @Field(() => [ChecklistItemType], { description: 'Steps of setting up the school, in the order to take them.' })
  checklist!: ChecklistItemType[]
}
