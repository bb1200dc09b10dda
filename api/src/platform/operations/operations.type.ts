import type { Tenant, TenantRow } from '../tenancy/room.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'

@ObjectType('TenantOperations', { description: 'What the operator knows of a tenant beside what the school knows itself. Read from the platform\'s own records and the database\'s catalogue, never from a school\'s rows.', simpleResolvers: true })
export class TenantOperationsType {
  @Field(() => String, { description: 'The database node its school lives on; `main` where there is one.' })
  node!: string

  @Field(() => Int, { nullable: true, description: 'The version of its school\'s tables; null until the school is READY for the first time.' })
  schemaVersion!: number | null

  @Field(() => Int, { description: 'The newest version that this release makes.' })
  newestVersion!: number

  @Field(() => Boolean, { description: 'READY with tables older than that, or set aside by a roll-out: what `TenantFilter.behind` finds.' })
  behind!: boolean

  @Field(() => Int, { nullable: true, description: 'The version that a roll-out could not bring it to; null where none failed since. It, `setAsideCode` and `setAsideAt` are null together.' })
  setAsideVersion!: number | null

  @Field(() => String, { nullable: true, description: 'Why: MIGRATION_FAILED, OBJECT_EXISTS, TABLES_IN_USE or DATABASE_UNAVAILABLE.' })
  setAsideCode!: string | null

  @Field(() => String, { nullable: true, description: 'The whole cause, as the database told it.' })
  setAsideCause!: string | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was set aside.' })
  setAsideAt!: Date | null

  @Field(() => ID, { nullable: true, description: 'The export that it was or is made from; null for a school that began empty.' })
  restoredFrom!: string | null
}

@ObjectType('TenantFailure', { description: 'Why a preparation failed, with the whole cause, which may name what is inside the server.', simpleResolvers: true })
export class TenantFailureType {
  @Field(() => String, { nullable: true, description: 'The step in which the last attempt failed, as in TenantPreparationStatus.step; null where none had begun.' })
  step!: string | null

  @Field(() => String, { description: 'As in PreparationError.code: of the preparation where it FAILED, else of its last attempt that failed.' })
  code!: string

  @Field(() => String, { description: 'The sentence that goes with the code and is safe for anyone.' })
  message!: string

  @Field(() => String, { nullable: true, description: 'The whole error of the last attempt that failed, stack and all, up to 8,000 characters; null where a worker was lost and left none.' })
  cause!: string | null

  @Field(() => Int, { description: 'Attempts begun since sign-up or the last retry.' })
  attempts!: number

  @Field(() => Int, { description: 'Attempts before it is FAILED.' })
  maxAttempts!: number

  @Field(() => GraphQLDateTime, { description: 'When it FAILED; while it is tried again, when the last attempt failed.' })
  at!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Not before then the next attempt begins; null while one runs and where none follows.' })
  nextAttemptAt!: Date | null
}

@ObjectType('FailedPreparations', { description: 'Open schools whose preparation FAILED with one code: what `retryFailedPreparations` takes.', simpleResolvers: true })
export class FailedPreparationsType {
  @Field(() => String, { description: 'As in PreparationError.code.' })
  code!: string

  @Field(() => String, { description: 'The sentence that goes with it.' })
  message!: string

  @Field(() => Int, { description: 'How many schools.' })
  count!: number

  @Field(() => String, { nullable: true, description: 'The step in which the newest of them failed; null where none had begun.' })
  step!: string | null

  @Field(() => String, { nullable: true, description: 'The whole error of the newest of them.' })
  cause!: string | null

  @Field(() => GraphQLDateTime, { description: 'When the first of them FAILED.' })
  oldestAt!: Date

  @Field(() => GraphQLDateTime, { description: 'When the last of them did.' })
  newestAt!: Date

  @Field(() => [TenantType], { description: 'The last five of them, the last first.' })
  tenants!: readonly (Tenant | TenantRow)[]
}

@ObjectType('TenantsChanged', { description: 'Which tenants have changed since the last message.', simpleResolvers: true })
export class TenantsChangedType {
  @Field(() => [TenantType], { description: 'As they are now, at most 100, new ones among them; in no order.' })
  tenants!: readonly TenantRow[]

  @Field(() => [ID], { description: 'Of tenants that are gone.' })
  goneIds!: readonly string[]

  @Field(() => Boolean, { description: 'True where changes may have been missed: read again whatever is shown.' })
  reload!: boolean
}
