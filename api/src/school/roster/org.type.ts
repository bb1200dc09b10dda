import type { OrgType as StoredOrgType } from './roster.words.ts'
import { Field, ID, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { OrgTypeEnum } from './enums.type.ts'

@ObjectType('Org', { description: 'An organisation: the school itself, or one it belongs to.', simpleResolvers: true })
@OfResource('roster.orgs')
export class OrgType {
  @Field(() => ID, { description: 'In this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => String, { description: 'As people call it.' })
  name!: string

  @Field(() => OrgTypeEnum, { description: 'What kind of organisation it is.' })
  type!: StoredOrgType

  @Field(() => String, { nullable: true, description: 'An official number, where it has one.' })
  identifier!: string | null
}
