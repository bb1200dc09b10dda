import type { RecordStatus, ClassType as StoredClassType } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { ClassTypeEnum, RecordStatusEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('Class', { description: 'A group of people who meet for a course.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.classes')
export class ClassType {
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

  @Field(() => String, { nullable: true, description: 'A short code, unique among the school\'s classes in use.' })
  classCode!: string | null

  @Field(() => ClassTypeEnum, { description: 'How it meets.' })
  classType!: StoredClassType

  @Field(() => String, { nullable: true, description: 'Where it meets.' })
  location!: string | null

  @Field(() => [String], { description: 'For which grades.' })
  grades!: string[]

  courseId!: string
}

export const ClassConnection = connectionType('Class', ClassType, 'the school\'s classes')
