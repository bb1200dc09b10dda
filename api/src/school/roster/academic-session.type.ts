import type { RecordStatus, AcademicSessionType as StoredSessionType } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { LocalDate } from '../../access/scalars.ts'
import { AcademicSessionTypeEnum, RecordStatusEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('AcademicSession', { description: 'A school year or a part of one.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.academicSessions')
export class AcademicSessionType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => RecordStatusEnum, { description: 'Whether it is in use.' })
  status!: RecordStatus

  @Field(() => Int, { description: versionDescription })
  version!: number

  @Field(() => GraphQLDateTime, { description: modifiedDescription })
  dateLastModified!: Date

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

export const AcademicSessionConnection = connectionType('AcademicSession', AcademicSessionType, 'the school\'s calendar')
