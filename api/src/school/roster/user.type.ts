import type { RecordStatus, RosterRole, RoleType as StoredRoleType } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { LocalDate } from '../../access/scalars.ts'
import { batchType } from './batch.type.ts'
import { RecordStatusEnum, RoleTypeEnum, RosterRoleEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('User', { description: 'A person of the school, whether or not they sign in.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.users')
export class UserType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know the person.' })
  sourcedId!: string

  @Field(() => RecordStatusEnum, { description: 'Whether the record is in use.' })
  status!: RecordStatus

  @Field(() => Int, { description: versionDescription })
  version!: number

  @Field(() => GraphQLDateTime, { description: modifiedDescription })
  dateLastModified!: Date

  @Field(() => String, { description: 'Unique in the school, upper and lower case alike.' })
  username!: string

  @Field(() => String, { description: 'First name.' })
  givenName!: string

  @Field(() => String, { description: 'Last name.' })
  familyName!: string

  @Field(() => String, { nullable: true, description: 'Further names.' })
  middleName!: string | null

  @Field(() => String, { nullable: true, description: 'The first name the person goes by.' })
  preferredGivenName!: string | null

  @Field(() => String, { nullable: true, description: 'The last name the person goes by.' })
  preferredFamilyName!: string | null

  @Field(() => String, { nullable: true, description: 'E-mail address.' })
  email!: string | null

  @Field(() => String, { nullable: true, description: 'Telephone number.' })
  phone!: string | null

  @Field(() => String, { nullable: true, description: 'The school\'s own number for the person, unique among records in use.' })
  identifier!: string | null

  @Field(() => String, { nullable: true, description: 'How the person is spoken of.' })
  pronouns!: string | null

  @Field(() => [String], { description: 'The grades the person is in; at most 20.' })
  grades!: string[]

  @Field(() => Boolean, { description: 'Whether other systems should let the person in.' })
  enabledUser!: boolean
}

@ObjectType('Role', { description: 'What a person is at an org.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.users')
export class RoleType {
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

  @Field(() => RosterRoleEnum, { description: 'What the person is.' })
  role!: RosterRole

  @Field(() => RoleTypeEnum, { description: 'Whether this is the main one.' })
  roleType!: StoredRoleType

  @Field(() => LocalDate, { nullable: true, description: 'Inclusive.' })
  beginDate!: string | null

  @Field(() => LocalDate, { nullable: true, description: 'Exclusive.' })
  endDate!: string | null

  orgId!: string
  userId!: string
}

export const UserConnection = connectionType('User', UserType, 'the school\'s people')
export const UserBatch = batchType('User', 'user', UserType, 'a person')
