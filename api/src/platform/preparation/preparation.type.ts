import type { PreparationStatus } from '../tenancy/room.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { PreparationStatusType } from '../tenancy/room.ts'

@ObjectType('PreparationError', { description: 'Why a preparation failed, safe for anyone to read.' })
@OfResource(null)
export class PreparationErrorType {
  @Field(() => String, { description: 'OBJECT_EXISTS, STEP_FAILED, DATABASE_UNAVAILABLE, WORKER_LOST, TIMED_OUT or CANCELLED; of a school that was to be restored also EXPORT_GONE, EXPORT_DAMAGED or EXPORT_TOO_NEW.' })
  code!: string

  @Field(() => String, { description: 'A sentence for a person.' })
  message!: string
}

@ObjectType('PreparationStep', { description: 'One step of a preparation that has begun.' })
@OfResource(null)
export class PreparationStepType {
  @Field(() => String, { description: 'As in TenantPreparationStatus.step.' })
  name!: string

  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  startedAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was done; null while it runs or where it failed.' })
  completedAt!: Date | null

  @Field(() => Boolean, { description: 'Whether it was taken back with its attempt.' })
  rolledBack!: boolean
}

@ObjectType('TenantPreparationStatus', { description: 'Where the preparation of a tenant stands. Anyone who knows the tenant\'s id may read it.' })
@OfResource(null)
export class TenantPreparationStatusType {
  @Field(() => ID, { description: 'Of the tenant.' })
  tenantId!: string

  @Field(() => PreparationStatusType, { description: 'How far it is.' })
  status!: PreparationStatus

  @Field(() => String, { nullable: true, description: 'The step that runs now: create-role, create-schema, create-tables, seed-school, seed-school-year or seed-courses; of a school that is restored load-export and migrate-tables in place of the seeds. Null while none does.' })
  step!: string | null

  @Field(() => Int, { description: 'Steps of this attempt that are done.' })
  completedSteps!: number

  @Field(() => Int, { description: 'Steps an attempt has.' })
  totalSteps!: number

  @Field(() => Int, { description: 'The attempt under way or the last one; 0 before the first.' })
  attempt!: number

  @Field(() => Int, { description: 'Attempts before it is FAILED.' })
  maxAttempts!: number

  @Field(() => PreparationErrorType, { nullable: true, description: 'Only when FAILED.' })
  error!: PreparationErrorType | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When a worker first took it up since sign-up or the last retry.' })
  startedAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it became READY or FAILED.' })
  completedAt!: Date | null

  @Field(() => [PreparationStepType], { description: 'The steps of this attempt that have begun, in their order. Of a rolled-back one, the step without an end is the one that failed.' })
  steps!: PreparationStepType[]

  @Field(() => Int, { description: 'Grows with every change and never restarts: drop what is older than what you have.' })
  sequence!: number
}

@ObjectType('RetriedPreparations', { description: 'Preparations that are tried again.', simpleResolvers: true })
export class RetriedPreparationsType {
  @Field(() => Int, { description: 'How many.' })
  count!: number

  @Field(() => [ID], { description: 'Of which tenants.' })
  tenantIds!: readonly string[]
}
