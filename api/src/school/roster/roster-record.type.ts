import type { RecordStatus, RecordType } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, InterfaceType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { RecordStatusEnum } from './enums.type.ts'

/** What the contract calls each type. */
export const recordNames: Readonly<Record<RecordType, string>> = { org: 'Org', academicSession: 'AcademicSession', course: 'Course', class: 'Class', user: 'User', role: 'Role', enrollment: 'Enrollment' }

/**
 * What every record has. Each type lists these fields itself: a field that is inherited is resolved more slowly. To an API
 * key it shows nothing of a resource; what of a type is selected takes that type's scope.
 */
@OfResource(null)
@InterfaceType('RosterRecord', { description: 'What OneRoster keeps of every record, whatever it is.', resolveType: (row: { recordType: RecordType }) => recordNames[row.recordType] })
export abstract class RosterRecordType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => RecordStatusEnum, { description: 'TOBEDELETED once removed: a tombstone.' })
  status!: RecordStatus

  @Field(() => Int, { description: 'Counts the record\'s changes, from 1. Give it back with a change: it is refused (CONFLICT) where somebody was faster.' })
  version!: number

  @Field(() => GraphQLDateTime, { description: 'When it last changed.' })
  dateLastModified!: Date
}

export const versionDescription = 'Counts the record\'s changes, from 1.'
export const modifiedDescription = 'When the record last changed.'
