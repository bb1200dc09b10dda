import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql'

@ObjectType('Tenant', { description: 'The platform\'s record of one school.' })
export class TenantType {
  @Field(() => ID, { description: 'Random and never reused.' })
  id!: string

  @Field(() => String, { description: 'What the school calls itself.' })
  name!: string

  @Field(() => String, { description: 'Its address: 3 to 40 small letters, digits and hyphens, unique on the platform.' })
  slug!: string

  @Field(() => String, { description: 'IANA time zone in which the school\'s days begin and end, e.g. Europe/Zurich.' })
  timeZone!: string

  @Field(() => String, { description: 'BCP 47 language tag in which the school is greeted, e.g. en or de-CH.' })
  locale!: string

  @Field(() => GraphQLDateTime, { description: 'When it signed up.' })
  createdAt!: Date
}

export enum SlugRefusalType { INVALID = 'INVALID', RESERVED = 'RESERVED', TAKEN = 'TAKEN' }
registerEnumType(SlugRefusalType, {
  name: 'SlugRefusal',
  description: 'Why a slug cannot be chosen.',
  valuesConfig: {
    INVALID: { description: 'It is not 3 to 40 small letters, digits and hyphens.' },
    RESERVED: { description: 'It is kept for the platform, or looks like a name that is.' },
    TAKEN: { description: 'A school has it, or one that looks just like it.' },
  },
})

@ObjectType('SlugAvailability', { description: 'Whether a slug can be chosen at sign-up.' })
export class SlugAvailabilityType {
  @Field(() => String, { description: 'The slug asked about.' })
  slug!: string

  @Field(() => Boolean, { description: 'True where sign-up would accept it now.' })
  available!: boolean

  @Field(() => SlugRefusalType, { nullable: true, description: 'Why not; null where it is available.' })
  reason!: SlugRefusalType | null

  @Field(() => String, { nullable: true, description: 'The reason in words for a form.' })
  message!: string | null

  @Field(() => String, { nullable: true, description: 'A similar slug that is free.' })
  suggestion!: string | null
}
