import type { Tenant } from '../tenancy/room.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'

export enum RolloutStateType { RUNNING = 'RUNNING', PAUSED = 'PAUSED', STOPPED = 'STOPPED', DONE = 'DONE' }
registerEnumType(RolloutStateType, {
  name: 'RolloutState',
  description: 'How a roll-out stands. All but DONE are open, and only one roll-out is.',
  valuesConfig: {
    RUNNING: { description: 'A worker migrates schools, or will as soon as one is there.' },
    PAUSED: { description: 'Somebody paused it; schools under way are finished.' },
    STOPPED: { description: 'It stopped itself: `stoppedReason` says why. resumeRollout goes on, and tries the failed schools again.' },
    DONE: { description: 'Every school has been migrated or has failed.' },
  },
})

export enum RolloutStopType { CANARY_FAILED = 'CANARY_FAILED', FAILURE_BUDGET = 'FAILURE_BUDGET' }
registerEnumType(RolloutStopType, {
  name: 'RolloutStop',
  description: 'Why a roll-out stopped itself.',
  valuesConfig: {
    CANARY_FAILED: { description: 'One of the schools tried first failed; no other was touched.' },
    FAILURE_BUDGET: { description: 'More schools failed than were allowed to.' },
  },
})

@ObjectType('Rollout', { description: 'Bringing every school to one version.' })
export class RolloutType {
  @Field(() => ID, { description: 'For pauseRollout and resumeRollout.' })
  id!: string

  @Field(() => Int, { description: 'The version that schools are brought to.' })
  targetVersion!: number

  @Field(() => RolloutStateType, { description: 'How it stands.' })
  state!: RolloutStateType

  @Field(() => RolloutStopType, { nullable: true, description: 'Only when STOPPED.' })
  stoppedReason!: RolloutStopType | null

  @Field(() => Int, { description: 'Schools that are tried first, one after the other.' })
  canaries!: number

  @Field(() => Int, { description: 'Schools at a time after that.' })
  parallel!: number

  @Field(() => Int, { description: 'How many schools may fail before it stops.' })
  failureBudget!: number

  @Field(() => Int, { description: 'Schools that it is about: done, failed and remaining.' })
  total!: number

  @Field(() => Int, { description: 'Schools that it has migrated.' })
  done!: number

  @Field(() => Int, { description: 'Schools that failed, and stayed as they were.' })
  failed!: number

  @Field(() => Int, { description: 'Schools still to be migrated; 0 once it is DONE.' })
  remaining!: number

  @Field(() => Int, { description: 'Canaries still to be tried; while there is one, no other school is touched.' })
  canariesLeft!: number

  @Field(() => String, { nullable: true, description: 'The superadmin who started it, by name and e-mail; null where a new release or a command did.' })
  requestedBy!: string | null

  @Field(() => GraphQLDateTime, { description: 'When it was started.' })
  startedAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was DONE.' })
  endedAt!: Date | null
}

@ObjectType('RolloutFailure', { description: 'A school that a roll-out could not migrate.' })
export class RolloutFailureType {
  @Field(() => TenantType, { description: 'Which school.' })
  tenant!: Tenant

  @Field(() => Boolean, { description: 'Whether it was one of those tried first.' })
  canary!: boolean

  @Field(() => String, { description: 'Why: MIGRATION_FAILED, OBJECT_EXISTS, TABLES_IN_USE or DATABASE_UNAVAILABLE.' })
  code!: string

  @Field(() => String, { nullable: true, description: 'The whole cause, as the database told it.' })
  cause!: string | null

  @Field(() => Int, { description: 'How often it was tried: what passes by itself, such as a lock, is tried again.' })
  attempts!: number

  @Field(() => GraphQLDateTime, { description: 'When it was given up.' })
  at!: Date
}

@InputType('StartRolloutInput', { description: 'How a roll-out goes; what is left out is as configured.' })
export class StartRolloutInputType {
  @Field(() => Int, { nullable: true, description: 'Schools tried first, one after the other: 0 to 100.' })
  canaries?: number | null

  @Field(() => Int, { nullable: true, description: 'Schools at a time after that: 1 to 32.' })
  parallel?: number | null

  @Field(() => Int, { nullable: true, description: 'How many schools may fail before it stops: 0 to 10,000.' })
  failureBudget?: number | null
}
