import { GraphQLDateTime } from 'graphql-scalars'
import { Field, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'

@ObjectType('DeprecatedUse', { description: 'Something that will go from the contract and that a key has asked for, in a document or in its variables. What stands only in answers, such as a value of an enum, is not seen.', simpleResolvers: true })
@OfResource(null)
export class DeprecatedUseType {
  @Field(() => String, { description: 'A coordinate of the schema: `Class.title`, `Query.users(filter:)`, `Role.AIDE`.' })
  member!: string

  @Field(() => String, { nullable: true, description: 'Since when it is deprecated, and what to use instead, as the contract says it; null where it is not deprecated any more, or gone.' })
  reason!: string | null

  @Field(() => Int, { description: 'Requests that used it, at most 2,147,483,647; there within some seconds.' })
  uses!: number

  @Field(() => GraphQLDateTime, { description: 'When the first of them came.' })
  firstUsedAt!: Date

  @Field(() => GraphQLDateTime, { description: 'When the last of them came.' })
  lastUsedAt!: Date
}
