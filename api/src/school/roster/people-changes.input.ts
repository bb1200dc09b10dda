import { Field, ID, InputType, Int } from 'type-graphql'
import { z } from 'zod'
import { absent, emailAddress, line, optionalLine } from '../../shared/validate.ts'
import { grade } from './people.input.ts'

@InputType('UpdateUserInput', { description: 'What to change of a person. What is left out stays as it is, null empties it.' })
export class UpdateUserInput {
  @Field(() => ID, { description: 'The person.' })
  id!: string

  @Field(() => Int, { description: 'The version that was read: CONFLICT where it is no longer that, with the current one as `extensions.version`.' })
  version!: number

  @Field(() => String, { nullable: true, description: 'First name; cannot be emptied.' })
  givenName?: string | null

  @Field(() => String, { nullable: true, description: 'Last name; cannot be emptied.' })
  familyName?: string | null

  @Field(() => String, { nullable: true, description: 'Further names.' })
  middleName?: string | null

  @Field(() => String, { nullable: true, description: 'The first name the person goes by.' })
  preferredGivenName?: string | null

  @Field(() => String, { nullable: true, description: 'The last name the person goes by.' })
  preferredFamilyName?: string | null

  @Field(() => String, { nullable: true, description: 'E-mail address; several people may share one.' })
  email?: string | null

  @Field(() => String, { nullable: true, description: 'Telephone number.' })
  phone?: string | null

  @Field(() => String, { nullable: true, description: 'The school\'s own number; two people in use cannot share one (IDENTIFIER_TAKEN).' })
  identifier?: string | null

  @Field(() => String, { nullable: true, description: 'How the person is spoken of.' })
  pronouns?: string | null

  @Field(() => [String], { nullable: true, description: 'All grades the person is in, as the school writes them; at most 20.' })
  grades?: string[] | null

  @Field(() => Boolean, { nullable: true, description: 'Whether other systems should let the person in; cannot be emptied.' })
  enabledUser?: boolean | null
}

export const personChange = z.object({
  id: z.string(),
  version: z.int(),
  givenName: line(100).optional(),
  familyName: line(100).optional(),
  middleName: optionalLine(100).optional(),
  preferredGivenName: optionalLine(100).optional(),
  preferredFamilyName: optionalLine(100).optional(),
  email: absent(emailAddress()).optional(),
  phone: optionalLine(50).optional(),
  identifier: optionalLine(100).optional(),
  pronouns: optionalLine(50).optional(),
  grades: z.array(grade).max(20).nullable().transform(grades => [...new Set(grades ?? [])]).optional(),
  enabledUser: z.boolean().optional(),
})
