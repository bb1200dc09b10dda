import type { Tenant } from '../tenancy/room.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, Float, Int, ObjectType } from 'type-graphql'
import { TenantType } from '../tenancy/room.ts'
import { RolloutType } from './rollout.type.ts'

@ObjectType('FleetVersion', { description: 'How many ready schools are at one version.' })
export class FleetVersionType {
  @Field(() => Int, { description: 'The version of their tables.' })
  version!: number

  @Field(() => Int, { description: 'How many schools.' })
  tenants!: number
}

@ObjectType('SetAsideTenant', { description: 'A school whose migration failed. It stays as it was, and is served where this release still serves its version.' })
export class SetAsideTenantType {
  @Field(() => TenantType, { description: 'Which school.' })
  tenant!: Tenant

  @Field(() => Int, { description: 'The version that it could not be brought to.' })
  version!: number

  @Field(() => String, { description: 'Why: MIGRATION_FAILED, OBJECT_EXISTS, TABLES_IN_USE or DATABASE_UNAVAILABLE.' })
  code!: string

  @Field(() => String, { nullable: true, description: 'The whole cause, as the database told it.' })
  cause!: string | null

  @Field(() => GraphQLDateTime, { description: 'When it was set aside.' })
  at!: Date
}

@ObjectType('RolloutPlan', { description: 'How a roll-out goes unless told otherwise: as configured.' })
export class RolloutPlanType {
  @Field(() => Int, { description: 'Schools tried first, one after the other.' })
  canaries!: number

  @Field(() => Int, { description: 'Schools at a time after that.' })
  parallel!: number

  @Field(() => Int, { description: 'How many schools may fail before it stops.' })
  failureBudget!: number
}

@ObjectType('Fleet', { description: 'At which version the schools are, and what this release makes of it.' })
export class FleetType {
  @Field(() => Int, { description: 'The version that schools are brought to: the newest that this release knows, or a newer one that a worker already brings them to.' })
  supportedVersion!: number

  @Field(() => Int, { description: 'The oldest version that this release serves; schools below answer TENANT_MAINTENANCE until they are migrated.' })
  oldestServed!: number

  @Field(() => [FleetVersionType], { description: 'Every version that a ready school is at, the newest first.' })
  versions!: FleetVersionType[]

  @Field(() => Int, { description: 'Ready schools below `supportedVersion`.' })
  behind!: number

  @Field(() => [SetAsideTenantType], { description: 'Schools whose migration failed, the last first, 200 at the most. They wait for the next roll-out.' })
  setAside!: SetAsideTenantType[]

  @Field(() => Int, { description: 'How many schools were set aside, shown or not.' })
  setAsideCount!: number

  @Field(() => RolloutPlanType, { description: 'What startRollout goes by where it is not told.' })
  plan!: RolloutPlanType

  @Field(() => RolloutType, { nullable: true, description: 'The roll-out under way, or else the last one; null before the first.' })
  rollout!: RolloutType | null
}

@ObjectType('TenantDrift', { description: 'A school whose tables are not what its version says.' })
export class TenantDriftType {
  @Field(() => TenantType, { description: 'Which school.' })
  tenant!: Tenant

  @Field(() => [String], { description: 'Each difference in words, e.g. "table class: column title is varchar(100), expected text".' })
  differences!: string[]
}

@ObjectType('FleetDrift', { description: 'Schools compared with their migrations by the database\'s catalogue: columns, types, defaults, constraints, indexes and rights.' })
export class FleetDriftType {
  @Field(() => Int, { description: 'Ready schools that were compared: those of a version that a worker of this release, or an older one, has described.' })
  checked!: number

  @Field(() => Float, { description: 'How long that took.' })
  seconds!: number

  @Field(() => Int, { description: 'How many of them differ, listed or not.' })
  differing!: number

  @Field(() => [TenantDriftType], { description: 'Those that differ, by address, 200 at the most.' })
  tenants!: TenantDriftType[]
}
