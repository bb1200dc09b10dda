import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ObjectType } from 'type-graphql'
import { ApiKeyType } from './keys.type.ts'

@ObjectType('ExplorerAccess', { description: 'What lets an admin ask as one of the school\'s keys for some minutes.', simpleResolvers: true })
export class ExplorerAccessType {
  @Field(() => ApiKeyType, { description: 'As which key.' })
  key!: ApiKeyType

  @Field(() => String, { description: '`Authorization: Bearer …`, as the key itself would be. It is no key: it ends within 15 minutes, with the key, and with the session and the role of whoever asked for it, whichever is first.' })
  token!: string

  @Field(() => GraphQLDateTime, { description: 'When it ends by itself.' })
  expiresAt!: Date
}
