import type { PreparationStatus } from './tenant.entity.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export const PreparationStatusType: Readonly<Record<PreparationStatus, PreparationStatus>> = { PENDING: 'PENDING', PREPARING: 'PREPARING', READY: 'READY', FAILED: 'FAILED' }
registerEnumType(PreparationStatusType, {
  name: 'PreparationStatus',
  description: 'PENDING → PREPARING → READY or FAILED; a retry leads from FAILED back to PENDING.',
  valuesConfig: {
    PENDING: { description: 'Waiting for a free worker.' },
    PREPARING: { description: 'A worker is making the school, or will try again in a moment.' },
    READY: { description: 'The school can be entered.' },
    FAILED: { description: 'All attempts failed; nothing was left half-made.' },
  },
})

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

export const TenantConnection = connectionType('Tenant', TenantType, 'the platform\'s tenants')

@InputType('TenantFilter', { description: 'Which tenants to list; all that is given must hold.' })
export class TenantFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in name or slug; case does not matter.' })
  search?: string | null

  @Field(() => PreparationStatusType, { nullable: true, description: 'Only those whose preparation stands there.' })
  status?: PreparationStatus | null
}

@ArgsType()
export class TenantsArgs extends PageArgs {
  @Field(() => TenantFilterInput, { nullable: true, description: 'Which tenants; all unless told.' })
  filter?: TenantFilterInput | null
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
