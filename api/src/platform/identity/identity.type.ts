import type { MemberRole } from '../../access/principal.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'

export const MemberRoleType: Readonly<Record<MemberRole, MemberRole>> = { ADMIN: 'ADMIN', OFFICE: 'OFFICE', TEACHER: 'TEACHER', READ_ONLY: 'READ_ONLY' }
registerEnumType(MemberRoleType, {
  name: 'MemberRole',
  description: 'What a person may do in a school.',
  valuesConfig: {
    ADMIN: { description: 'Everything, members and settings included.' },
    OFFICE: { description: 'Reads and writes the roster.' },
    TEACHER: { description: 'Reads the roster.' },
    READ_ONLY: { description: 'Reads the roster.' },
  },
})

@ObjectType('Viewer', { description: 'The person who is signed in.' })
export class ViewerType {
  @Field(() => ID, { description: 'Of the account.' })
  id!: string

  @Field(() => String, { description: 'As the person is greeted.' })
  name!: string

  @Field(() => String, { description: 'With which the person signs in.' })
  email!: string

  @Field(() => MemberRoleType, { nullable: true, description: 'Role in the tenant; null without one.' })
  role!: MemberRole | null

  @Field(() => Boolean, { description: 'Whether the address was confirmed by the link of a mail.' })
  emailVerified!: boolean

  @Field(() => Boolean, { description: 'Whether signing in needs the code of an authenticator.' })
  secondFactor!: boolean

  @Field(() => Boolean, { description: 'Whether this is one of the operator\'s people, who belong to no school.' })
  superadmin!: boolean

  tenantId!: string | null
}

@ObjectType('Session', { description: 'A sign-in: a short-lived token now, and a refresh token in an httpOnly cookie.' })
export class SessionType {
  @Field(() => String, { description: 'Send as `Authorization: Bearer …`; on a socket as connectionParams.authorization.' })
  accessToken!: string

  @Field(() => GraphQLDateTime, { description: 'When the access token ends; refreshSession gives the next.' })
  expiresAt!: Date

  @Field(() => ViewerType, { description: 'Who signed in.' })
  viewer!: ViewerType
}

@InputType('SignInInput', { description: 'E-mail and password of an account.' })
export class SignInInput {
  @Field(() => String, { description: 'Of the account; upper and lower case alike.' })
  email!: string

  @Field(() => String, { description: 'Of the account.' })
  password!: string

  @Field(() => ID, { nullable: true, description: 'Which school, for someone who belongs to several; without it those answer CONFLICT with the list.' })
  tenantId?: string | null

  @Field(() => String, { nullable: true, description: 'The six digits of an authenticator; for accounts that have one.' })
  totp?: string | null
}
