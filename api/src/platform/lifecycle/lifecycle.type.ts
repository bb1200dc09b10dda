import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

@ObjectType('DeletedThing', { description: 'Something that went with a deleted school.', simpleResolvers: true })
export class DeletedThingType {
  @Field(() => String, { description: '`schema`, `role` and `table` of the school; of the platform `account`, `membership`, `session`, `link` (of a mail), `invitation`, `cycle`, `attempt` and `step` of its preparation, `migration`, `idempotencyKey`, `job` and `limit` (a counter). What there was none of is left out, empty tables excepted.' })
  kind!: string

  @Field(() => String, { description: 'What it was called; for a table its name.' })
  name!: string

  @Field(() => Int, { description: 'How many there were: of a table its rows.' })
  count!: number
}

@ObjectType('DeletionReceipt', { description: 'What is left of a deleted school: that it is gone, and what went.', simpleResolvers: true })
export class DeletionReceiptType {
  @Field(() => ID, { description: 'The receipt\'s own.' })
  id!: string

  @Field(() => ID, { description: 'The deleted tenant\'s; its audit record can still be read by it.' })
  tenantId!: string

  @Field(() => String, { description: 'What the school called itself.' })
  name!: string

  @Field(() => String, { description: 'Its short name, which is free again.' })
  slug!: string

  @Field(() => String, { nullable: true, description: 'Why it was deleted, as the operator said.' })
  reason!: string | null

  @Field(() => String, { nullable: true, description: 'The superadmin who asked for it, by name and e-mail.' })
  requestedBy!: string | null

  @Field(() => GraphQLDateTime, { description: 'When it was asked for; the grace period began.' })
  requestedAt!: Date

  @Field(() => GraphQLDateTime, { description: 'When it was done.' })
  deletedAt!: Date

  @Field(() => [DeletedThingType], { description: 'Everything that went.' })
  gone!: readonly DeletedThingType[]
}

export const DeletionReceiptConnection = connectionType('DeletionReceipt', DeletionReceiptType, 'the receipts of deleted schools')

@InputType('DeletionReceiptFilter', { description: 'Which receipts to list.' })
export class DeletionReceiptFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in name or slug; case does not matter. At most 200 characters.' })
  search?: string | null

  @Field(() => ID, { nullable: true, description: 'Only the receipt of this tenant.' })
  tenantId?: string | null
}

@ArgsType()
export class DeletionReceiptsArgs extends PageArgs {
  @Field(() => DeletionReceiptFilterInput, { nullable: true, description: 'Which receipts; all unless told.' })
  filter?: DeletionReceiptFilterInput | null
}
