import type { RecordStatus } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { batchType } from './batch.type.ts'
import { RecordStatusEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('Course', { description: 'What is taught; a class is one group that takes it.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.courses')
export class CourseType {
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

  @Field(() => String, { nullable: true, description: 'A short code, unique among the school\'s courses in use.' })
  courseCode!: string | null

  @Field(() => [String], { description: 'For which grades.' })
  grades!: string[]

  @Field(() => [String], { description: 'Of which subjects.' })
  subjects!: string[]
}

export const CourseConnection = connectionType('Course', CourseType, 'the school\'s courses')
export const CourseBatch = batchType('Course', 'course', CourseType, 'the course')
