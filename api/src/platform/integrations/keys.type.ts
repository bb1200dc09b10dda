import type { KeyState } from './keys.queries.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { NotForKeys, OfResource } from '../../access/for-keys.ts'
import { connectionType, PageArgs } from '../../access/page.type.ts'
import { AccountType } from '../members/room.ts'
import { longestOverlapDays } from './keys.input.ts'

export const ApiKeyStateType: Readonly<Record<KeyState, KeyState>> = { ACTIVE: 'ACTIVE', EXPIRED: 'EXPIRED', REVOKED: 'REVOKED' }
registerEnumType(ApiKeyStateType, {
  name: 'ApiKeyState',
  description: 'Whether a key works.',
  valuesConfig: {
    ACTIVE: { description: 'It works.' },
    EXPIRED: { description: 'Its time is over, or that of the overlap with the key in its place.' },
    REVOKED: { description: 'Somebody ended it.' },
  },
})

@ObjectType('ApiKey', { description: 'With what a program acts for a school. The key itself is shown once, when it is made.' })
@OfResource(null)
export class ApiKeyType {
  @Field(() => ID, { description: 'Of the key; it is not the key.' })
  id!: string

  @Field(() => String, { description: 'What it is for, in the words of whoever made it.' })
  name!: string

  @Field(() => String, { description: 'How the key begins: hmr_live_, or hmr_test_ for a test school\'s, and 12 characters, unique on the platform. Safe to show and to log.' })
  prefix!: string

  @Field(() => String, { description: 'How it ends.' })
  lastFour!: string

  @Field(() => [String], { description: 'What it may do, as in `apiScopes`.' })
  scopes!: readonly string[]

  @Field(() => [String], { description: 'Addresses and ranges it may be used from; empty: from everywhere.' })
  addresses!: readonly string[]

  @Field(() => ApiKeyStateType, { description: 'Whether it works.' })
  state!: KeyState

  @NotForKeys()
  @Field(() => AccountType, { nullable: true, description: 'Who made it; null once the account is gone. The key stays when the person leaves.' })
  createdBy!: AccountType | null

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date

  @NotForKeys()
  @Field(() => String, { nullable: true, description: 'From which network address it was made; null for keys older than that was noted.' })
  createdAddress!: string | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when it works; null: until it is revoked. Of a key that was rolled, the end of the overlap.' })
  expiresAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was revoked.' })
  revokedAt!: Date | null

  @Field(() => ID, { nullable: true, description: 'The key in its place, where it was rolled.' })
  replacedBy!: string | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was last used; null before the first time. Right to about a minute.' })
  lastUsedAt!: Date | null

  @Field(() => String, { nullable: true, description: 'From which network address it was last used.' })
  lastUsedAddress!: string | null
}

export const ApiKeyConnection = connectionType('ApiKey', ApiKeyType, 'the school\'s API keys')

@ObjectType('CreatedApiKey', { description: 'A key that has just been made.', simpleResolvers: true })
export class CreatedApiKeyType {
  @Field(() => ApiKeyType, { description: 'As it is listed from now on.' })
  key!: ApiKeyType

  @Field(() => String, { description: 'The key: `Authorization: Bearer …`. It is shown this once, and cannot be asked for again.' })
  token!: string
}

@ObjectType('ApiScope', { description: 'Something that an API key may be allowed.', simpleResolvers: true })
export class ApiScopeType {
  @Field(() => String, { description: 'As keys and errors name it: `<resource>:read` or `<resource>:write`; writing includes reading.' })
  name!: string

  @Field(() => String, { description: 'What it lets a key do.' })
  description!: string
}

@InputType('CreateApiKeyInput', { description: 'The key to make.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is for: 1 to 100 characters.' })
  name!: string

  @Field(() => [String], { nullable: true, description: 'What it may do; UNKNOWN_SCOPE for what `apiScopes` does not list. None unless told: such a key can ask who it is, and nothing of the school.' })
  scopes?: string[] | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when it works: within the next ten years; left out: until it is revoked.' })
  expiresAt?: Date | null

  @Field(() => [String], { nullable: true, description: 'Addresses and ranges (CIDR) it may be used from, at most 50; left out: from everywhere.' })
  addresses?: string[] | null
}

@InputType('RollApiKeyInput', { description: 'Which key to replace, and how.' })
export class RollApiKeyInput {
  @Field(() => ID, { description: 'Of the key that is replaced.' })
  id!: string

  @Field(() => GraphQLDateTime, { nullable: true, description: `Until when the old key works beside the new one: at most ${longestOverlapDays} days from now, and never longer than it would have. Left out: it ends at once.` })
  worksUntil?: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when the new key works; left out: as long from now as the old one was made for.' })
  expiresAt?: Date | null
}

@InputType('ApiKeyFilter', { description: 'Which keys to show.' })
export class ApiKeyFilter {
  @Field(() => ApiKeyStateType, { nullable: true, description: 'Only those in this state.' })
  state?: KeyState | null
}

@ArgsType()
export class ApiKeysArgs extends PageArgs {
  @Field(() => ApiKeyFilter, { nullable: true, description: 'Which keys.' })
  filter?: ApiKeyFilter | null
}
