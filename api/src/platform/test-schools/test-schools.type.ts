import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, ObjectType } from 'type-graphql'

@ObjectType('HeldMail', { description: 'A mail that a test school would have sent. Links in it are left out.', simpleResolvers: true })
export class HeldMailType {
  @Field(() => ID, { description: 'Of the mail.' })
  id!: string

  @Field(() => String, { description: 'What it is for: INVITATION, WEBHOOK_DISABLED.' })
  kind!: string

  @Field(() => String, { description: 'The e-mail address it would have gone to.' })
  recipient!: string

  @Field(() => String, { description: 'Its subject.' })
  subject!: string

  @Field(() => [String], { description: 'What it says, paragraph by paragraph.' })
  paragraphs!: readonly string[]

  @Field(() => GraphQLDateTime, { description: 'When it would have been sent.' })
  at!: Date
}
