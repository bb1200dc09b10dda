import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, InputType, ObjectType } from 'type-graphql'

@InputType('ChangePasswordInput', { description: 'A new password for somebody who knows the present one.' })
export class ChangePasswordInput {
  @Field(() => String, { description: 'The present one; WRONG_PASSWORD where it is not.' })
  currentPassword!: string

  @Field(() => String, { description: '10 to 128 characters, and not easy to guess; else WEAK_PASSWORD.' })
  newPassword!: string
}

@InputType('ResetPasswordInput', { description: 'A new password for whoever has the link of a mail.' })
export class ResetPasswordInput {
  @Field(() => String, { description: 'From the fragment of the link.' })
  token!: string

  @Field(() => String, { description: '10 to 128 characters, and not easy to guess; else WEAK_PASSWORD.' })
  password!: string
}

@InputType('RemoveSecondFactorInput', { description: 'Shows once more who somebody is.' })
export class RemoveSecondFactorInput {
  @Field(() => String, { description: 'Of the account; WRONG_PASSWORD where it is not.' })
  password!: string

  @Field(() => String, { description: 'A code of the authenticator that is to go; WRONG_CODE where it is not.' })
  totp!: string
}

@ObjectType('SecondFactorEnrolment', { description: 'What an authenticator is given; shown once.' })
export class SecondFactorEnrolmentType {
  @Field(() => String, { description: 'otpauth:// address, for a QR code.' })
  uri!: string

  @Field(() => String, { description: 'The secret in base32, where a QR code cannot be read.' })
  secret!: string
}

@ObjectType('SignedInSession', { description: 'A place where the viewer is signed in.' })
export class SignedInSessionType {
  @Field(() => ID, { description: 'To end it by.' })
  id!: string

  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { description: 'When it was last given a new access token.' })
  lastUsedAt!: Date

  @Field(() => String, { nullable: true, description: 'The network address it began at; null where that is not known.' })
  address!: string | null

  @Field(() => String, { nullable: true, description: 'What the browser or program called itself, at most 300 characters; null where it said nothing.' })
  userAgent!: string | null

  @Field(() => Boolean, { description: 'Whether it is the one that asks.' })
  current!: boolean

  tenantId!: string | null
}
