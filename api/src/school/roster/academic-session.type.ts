import type { AcademicSessionType as StoredSessionType } from './roster.words.ts'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { LocalDate } from '../../access/scalars.ts'
import { AcademicSessionTypeEnum } from './enums.type.ts'

@ObjectType('AcademicSession', { description: 'A school year or a part of one.', simpleResolvers: true })
@OfResource('roster.academicSessions')
export class AcademicSessionType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => String, { description: 'As people call it.' })
  title!: string

  @Field(() => AcademicSessionTypeEnum, { description: 'Year, semester, term or grading period.' })
  type!: StoredSessionType

  @Field(() => LocalDate, { description: 'Inclusive.' })
  startDate!: string

  @Field(() => LocalDate, { description: 'Exclusive, as in OneRoster: the first day after it.' })
  endDate!: string

  @Field(() => Int, { description: 'The year in which the school year ends.' })
  schoolYear!: number
}
