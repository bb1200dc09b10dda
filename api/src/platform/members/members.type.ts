import type { MemberRole } from '../../access/principal.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { MemberRoleType } from '../identity/room.ts'

@ObjectType('Account', { description: 'A person who can sign in, as the admins of a school they belong to see them.' })
export class AccountType {
  @Field(() => ID, { description: 'The same in every school the person belongs to.' })
  id!: string

  @Field(() => String, { description: 'As the person is greeted.' })
  name!: string

  @Field(() => String, { description: 'With which the person signs in.' })
  email!: string
}

@ObjectType('Member', { description: 'A person\'s place in the school.' })
export class MemberType {
  @Field(() => ID, { description: 'Of the membership, not of the account.' })
  id!: string

  @Field(() => AccountType, { description: 'Who it is.' })
  account!: AccountType

  @Field(() => MemberRoleType, { description: 'What they may do here.' })
  role!: MemberRole

  @Field(() => GraphQLDateTime, { description: 'When they joined.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When a session of theirs in this school was last used; null before the first. Right to about ten minutes.' })
  lastActiveAt!: Date | null

  @Field(() => Boolean, { description: 'Whether signing in takes a second factor.' })
  secondFactor!: boolean
}

@ObjectType('Invitation', { description: 'Somebody is asked by mail to join the school, and has neither accepted nor been told otherwise.' })
export class InvitationType {
  @Field(() => ID, { description: 'Of the invitation. It is not the secret in the mail.' })
  id!: string

  @Field(() => String, { description: 'To which the mail goes.' })
  email!: string

  @Field(() => MemberRoleType, { description: 'What the person will be.' })
  role!: MemberRole

  @Field(() => GraphQLDateTime, { description: 'When the person was invited, the last time.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { description: 'Until when the link in the mail works: seven days after that.' })
  expiresAt!: Date

  @Field(() => Boolean, { description: 'Whether that time has passed; inviteMember makes a new one.' })
  expired!: boolean

  @Field(() => AccountType, { nullable: true, description: 'Who invites; null where that was the operator, and once the account is gone.' })
  invitedBy!: AccountType | null
}

@ObjectType('InvitationPreview', { description: 'What the person who holds the link sees before answering.' })
export class InvitationPreviewType {
  @Field(() => String, { description: 'The school.' })
  tenantName!: string

  @Field(() => String, { description: 'To which the mail went: the account\'s e-mail address.' })
  email!: string

  @Field(() => MemberRoleType, { description: 'What the person will be there.' })
  role!: MemberRole

  @Field(() => Boolean, { description: 'True: accept with the password of the account. False: choose a name and a password.' })
  accountExists!: boolean

  @Field(() => GraphQLDateTime, { description: 'Until when the link works.' })
  expiresAt!: Date
}

@InputType('InviteMemberInput', { description: 'Who is to join, and as what.' })
export class InviteMemberInput {
  @Field(() => String, { description: 'Where the mail goes; upper and lower case alike.' })
  email!: string

  @Field(() => MemberRoleType, { description: 'What the person will be.' })
  role!: MemberRole
}

@InputType('AcceptInvitationInput', { description: 'The answer of a person who was invited.' })
export class AcceptInvitationInput {
  @Field(() => String, { description: 'From the link in the mail: what follows `#token=`.' })
  token!: string

  @Field(() => String, { description: 'Of the account; without an account the one to sign in with from now on, 10 to 128 characters and hard to guess.' })
  password!: string

  @Field(() => String, { nullable: true, description: 'As the person is greeted. Needed where there is no account, else left alone.' })
  name?: string | null

  @Field(() => String, { nullable: true, description: 'The six digits of an authenticator; for accounts that have one.' })
  totp?: string | null
}
