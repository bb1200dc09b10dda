import type { ClassType } from 'type-graphql'
import type { ExpectedError, FieldError } from '../../shared/errors.ts'
import { Extensions, Field, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { mostInBatch } from './batch.ts'

@ObjectType('ItemFieldError', { description: 'What is wrong with one field of an item.', simpleResolvers: true })
@OfResource(null)
class ItemFieldErrorType implements FieldError {
  @Field(() => [String], { description: 'Where, from the item on.' })
  path!: string[]

  @Field(() => String, { description: 'As in `extensions.fields` of an error.' })
  code!: FieldError['code']

  @Field(() => String, { description: 'In words.' })
  message!: string
}

@ObjectType('ItemError', { description: 'Why one item of a batch was not done.', simpleResolvers: true })
@OfResource(null)
class ItemErrorType {
  @Field(() => String, { description: 'As in `extensions.code` of an error.' })
  code!: ExpectedError['code']

  @Field(() => String, { description: 'In words.' })
  message!: string

  @Field(() => [ItemFieldErrorType], { description: 'Which fields are the matter; empty where none in particular is.' })
  fields!: readonly FieldError[]
}

/** The answer of a batch: for each item, in the order they were sent, what was made of it or why not. */
export function batchType<T extends object>(name: string, field: string, node: ClassType<T>, what: string) {
  @ObjectType(`${name}Result`, { description: `What became of one item: ${what}, or an error.` })
  @OfResource(null)
  class Result {
    @Field(() => Int, { description: 'Which item, from 0.' })
    index!: number

    @Field(() => node, { name: field, nullable: true, description: 'What was made; null where it failed.' })
    record!: T | null

    @Field(() => ItemErrorType, { nullable: true, description: 'Why nothing was; null where it was done.' })
    error!: ItemErrorType | null
  }

  @ObjectType(`${name}Batch`, { description: 'What became of each item of a batch: those that fail do not keep the others from being done.', simpleResolvers: true })
  @OfResource(null)
  class Batch {
    @Field(() => [Result], { description: 'One for each item, in the order they were sent.' })
    @Extensions({ rows: mostInBatch })
    results!: readonly Result[]
  }
  return Batch
}
