import type { RecordStatus, OrgType as StoredOrgType } from './roster.words.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { OrgTypeEnum, RecordStatusEnum } from './enums.type.ts'
import { modifiedDescription, RosterRecordType, versionDescription } from './roster-record.type.ts'

@ObjectType('Org', { description: 'An organisation: the school itself, or one it belongs to.', implements: RosterRecordType, simpleResolvers: true })
@OfResource('roster.orgs')
export class OrgType {
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
  name!: string

  @Field(() => OrgTypeEnum, { description: 'What kind of organisation it is.' })
  type!: StoredOrgType

  @Field(() => String, { nullable: true, description: 'An official number, where it has one.' })
  identifier!: string | null
}
