import type { KeyRefusal } from '../../access/served-request.ts'
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export const ApiKeyRefusalType: Readonly<Record<KeyRefusal, KeyRefusal>> = { REVOKED: 'REVOKED', EXPIRED: 'EXPIRED', ADDRESS: 'ADDRESS', SCHOOL_CLOSED: 'SCHOOL_CLOSED' }
registerEnumType(ApiKeyRefusalType, {
  name: 'ApiKeyRefusal',
  description: 'Why a key was turned away before anything of its request was read. The answer says less: whoever has found a key learns nothing of it.',
  valuesConfig: {
    REVOKED: { description: 'Somebody had ended the key.' },
    EXPIRED: { description: 'Its time was over, or that of the overlap with the key in its place.' },
    ADDRESS: { description: 'It came from an address that is not on the key\'s list.' },
    SCHOOL_CLOSED: { description: 'The operator had suspended the school or put it away.' },
  },
})

@ObjectType('ApiRequest', { description: 'One request of an API key, as it was when it was answered.', simpleResolvers: true })
export class ApiRequestType {
  @Field(() => ID, { description: 'Of the entry.' })
  id!: string

  @Field(() => GraphQLDateTime, { description: 'When it came; of several, the last of them.' })
  at!: Date

  @Field(() => ID, { description: 'The key that asked.' })
  keyId!: string

  @Field(() => String, { description: 'What that key is for.' })
  keyName!: string

  @Field(() => String, { description: 'How that key begins.' })
  keyPrefix!: string

  @Field(() => String, { description: 'query, mutation or subscription; none where the document could not be read, or was not looked at.' })
  kind!: string

  @Field(() => String, { description: 'Its root field; several where there are more, none where the document could not be read.' })
  operation!: string

  @Field(() => String, { nullable: true, description: 'What the program calls the operation.' })
  operationName!: string | null

  @Field(() => Int, { description: 'The status of the answer, as over HTTP. Of a subscription, that of its beginning.' })
  status!: number

  @Field(() => String, { nullable: true, description: 'The code of the first error; null where there was none.' })
  code!: string | null

  @Field(() => Int, { description: 'Points it cost.' })
  cost!: number

  @Field(() => Int, { description: 'Milliseconds to the answer.' })
  durationMs!: number

  @Field(() => String, { description: 'As the answer named it: x-request-id and extensions.requestId.' })
  requestId!: string

  @Field(() => GraphQLJSONObject, { description: 'The variables that were sent, by name, with their types. Never what they held.' })
  variables!: Readonly<Record<string, string>>

  @Field(() => String, { description: 'The network address it came from.' })
  address!: string

  @Field(() => Int, { description: 'How many requests it stands for. Always 1, but for keys that are turned away: what comes again within a minute, for the same reason, is told together.' })
  times!: number

  @Field(() => ApiKeyRefusalType, { nullable: true, description: 'Why the key was turned away before anything of its request was read; null where it was not, or for another reason, such as a host that names another school: see `code`.' })
  refusal!: KeyRefusal | null

  @Field(() => Boolean, { description: 'Whether an admin of the school asked in the explorer, as this key, rather than the program that holds it.' })
  fromExplorer!: boolean
}

export const ApiRequestConnection = connectionType('ApiRequest', ApiRequestType, 'requests of the school\'s API keys')

@InputType('ApiRequestFilter', { description: 'Which requests to show; all that is given must hold.' })
export class ApiRequestFilter {
  @Field(() => ID, { nullable: true, description: 'Only those of this key.' })
  keyId?: string | null

  @Field(() => String, { nullable: true, description: 'Only this root field.' })
  operation?: string | null

  @Field(() => Int, { nullable: true, description: 'Only those answered with this status.' })
  status?: number | null

  @Field(() => Boolean, { nullable: true, description: 'True: only those with an error. False: only those without.' })
  failed?: boolean | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only from then on.' })
  since?: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only before then.' })
  until?: Date | null
}

@ArgsType()
export class ApiRequestsArgs extends PageArgs {
  @Field(() => ApiRequestFilter, { nullable: true, description: 'Which requests.' })
  filter?: ApiRequestFilter | null
}
