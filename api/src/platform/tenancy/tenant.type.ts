import type { Direction } from '../../database/keyset.ts'
import type { Lifecycle, PreparationStatus } from './tenant.entity.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType, OrderDirectionEnum, PageArgs } from '../../access/page.type.ts'

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

export const LifecycleType: Readonly<Record<Lifecycle, Lifecycle>> = { ACTIVE: 'ACTIVE', SUSPENDED: 'SUSPENDED', ARCHIVED: 'ARCHIVED', DELETING: 'DELETING' }
registerEnumType(LifecycleType, {
  name: 'Lifecycle',
  description: 'Whether a school is open, whatever its preparation: ACTIVE ⇄ SUSPENDED, either → ARCHIVED → ACTIVE, ARCHIVED ⇄ DELETING → gone.',
  valuesConfig: {
    ACTIVE: { description: 'Open to its people.' },
    SUSPENDED: { description: 'Closed for now: its people see why, and nothing else of it.' },
    ARCHIVED: { description: 'Put away: nobody enters it, and its data stays.' },
    DELETING: { description: 'To be deleted when the grace period is over.' },
  },
})

@ObjectType('Tenant', { description: 'The platform\'s record of one school.' })
@OfResource(null)
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

  @Field(() => Boolean, { description: 'Whether it is a test school: its people are made up, and neither mails nor webhooks leave it.' })
  test!: boolean

  @Field(() => LifecycleType, { description: 'Whether it is open.' })
  lifecycle!: Lifecycle

  @Field(() => String, { nullable: true, description: 'Why it is in that state, as the operator said to the school; null where nothing was said.' })
  lifecycleReason?: string | null

  @Field(() => GraphQLDateTime, { description: 'Since when it is in that state.' })
  lifecycleChangedAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When a school that is DELETING will be deleted; null for every other.' })
  deleteAfter?: Date | null
}

export const TenantConnection = connectionType('Tenant', TenantType, 'the platform\'s tenants')

@InputType('TenantFilter', { description: 'Which tenants to list; all that is given must hold.' })
export class TenantFilterInput {
  @Field(() => String, { nullable: true, description: 'Words that all occur in name or slug; case does not matter.' })
  search?: string | null

  @Field(() => PreparationStatusType, { nullable: true, description: 'Only those whose preparation stands there.' })
  status?: PreparationStatus | null

  @Field(() => LifecycleType, { nullable: true, description: 'Only those in this state of their life.' })
  lifecycle?: Lifecycle | null

  @Field(() => Boolean, { nullable: true, description: 'True: only test schools. False: only the others.' })
  test?: boolean | null

  @Field(() => String, { nullable: true, description: 'Only those whose preparation failed with this code.' })
  errorCode?: string | null

  @Field(() => Boolean, { nullable: true, description: 'True: only those whose tables are older than this release makes them, or which a roll-out has set aside. False: only the others.' })
  behind?: boolean | null
}

export enum TenantOrderFieldType { FAILURES_FIRST = 'FAILURES_FIRST', CREATED_AT = 'CREATED_AT', NAME = 'NAME', LAST_ACTIVE_AT = 'LAST_ACTIVE_AT' }
registerEnumType(TenantOrderFieldType, {
  name: 'TenantOrderField',
  description: 'What tenants are listed by.',
  valuesConfig: {
    FAILURES_FIRST: { description: 'What somebody should look at first: failed, failing, on the way, set aside by a roll-out, closed, the rest; the last change first.' },
    CREATED_AT: { description: 'When they signed up.' },
    NAME: { description: 'Their names, as people sort them.' },
    LAST_ACTIVE_AT: { description: 'When one of their people was last here.' },
  },
})

@InputType('TenantOrder', { description: 'How to list tenants.' })
export class TenantOrderInput {
  @Field(() => TenantOrderFieldType, { description: 'By what.' })
  field!: TenantOrderFieldType

  @Field(() => OrderDirectionEnum, { nullable: true, description: 'DESC unless told.' })
  direction?: Direction | null
}

@ObjectType('TenantCounts', { description: 'How many tenants there are in each state.', simpleResolvers: true })
export class TenantCountsType {
  @Field(() => Int, { description: 'All of them.' })
  all!: number

  @Field(() => Int, { description: 'PENDING.' })
  pending!: number

  @Field(() => Int, { description: 'PREPARING.' })
  preparing!: number

  @Field(() => Int, { description: 'READY.' })
  ready!: number

  @Field(() => Int, { description: 'FAILED.' })
  failed!: number

  @Field(() => Int, { description: 'ACTIVE, however far they are prepared.' })
  active!: number

  @Field(() => Int, { description: 'SUSPENDED.' })
  suspended!: number

  @Field(() => Int, { description: 'ARCHIVED.' })
  archived!: number

  @Field(() => Int, { description: 'DELETING.' })
  deleting!: number

  @Field(() => Int, { description: 'READY with tables older than this release makes them, or set aside by a roll-out.' })
  behind!: number

  @Field(() => Int, { description: 'Test schools, which are among the others too.' })
  test!: number
}

@ArgsType()
export class TenantsArgs extends PageArgs {
  @Field(() => TenantFilterInput, { nullable: true, description: 'Which tenants; all unless told.' })
  filter?: TenantFilterInput | null

  @Field(() => TenantOrderInput, { nullable: true, description: 'In which order; the newest first unless told.' })
  orderBy?: TenantOrderInput | null
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
