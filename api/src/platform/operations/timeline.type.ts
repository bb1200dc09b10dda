import type { TimelineKind } from './timeline.queries.ts'
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../../access/page.type.ts'

export const TimelineKindType: Readonly<Record<TimelineKind, TimelineKind>> = { ATTEMPT: 'ATTEMPT', STATE: 'STATE', ACTION: 'ACTION', ACCESS: 'ACCESS', MIGRATION: 'MIGRATION' }
registerEnumType(TimelineKindType, {
  name: 'TimelineKind',
  description: 'What kind of thing happened to a tenant.',
  valuesConfig: {
    ATTEMPT: { description: 'A try at preparing its school, with its steps.' },
    STATE: { description: 'Its preparation came into another state.' },
    ACTION: { description: 'Somebody of the operator\'s did something to it, or the platform by itself; of what its own people did, that they signed it up and had its preparation retried.' },
    ACCESS: { description: 'A superadmin entered its school, with a reason.' },
    MIGRATION: { description: 'A roll-out brought its school to another version, or could not.' },
  },
})

@ObjectType('TimelineStep', { description: 'One step of an attempt.', simpleResolvers: true })
export class TimelineStepType {
  @Field(() => String, { description: 'As in TenantPreparationStatus.step.' })
  name!: string

  @Field(() => GraphQLDateTime, { description: 'When it began.' })
  startedAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was done; null while it runs or where it failed.' })
  completedAt!: Date | null

  @Field(() => Boolean, { description: 'Whether it was taken back with its attempt.' })
  rolledBack!: boolean
}

@ObjectType('TimelineEntry', { description: 'Something that happened to a tenant.', simpleResolvers: true })
export class TimelineEntryType {
  @Field(() => ID, { description: 'Of this entry; it stays the same.' })
  id!: string

  @Field(() => TimelineKindType, { description: 'What kind of thing it was.' })
  kind!: TimelineKind

  @Field(() => GraphQLDateTime, { description: 'When it happened or began.' })
  at!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When an attempt ended; null while it runs, and for all that has no length.' })
  endedAt!: Date | null

  @Field(() => String, {
    description: 'What happened, as a code. ATTEMPT: attempt.running, attempt.ready, attempt.failed or attempt.lost. STATE: preparation.pending, preparation.preparing, preparation.ready or preparation.failed. MIGRATION: migration.done or migration.failed. ACTION and ACCESS: the action as in AuditEvent.action.',
  })
  title!: string

  @Field(() => String, { nullable: true, description: 'Who did it, name and e-mail as they were then; null for what the platform did by itself.' })
  actorName!: string | null

  @Field(() => String, { nullable: true, description: 'Why, in the actor\'s words; null where nothing was said.' })
  reason!: string | null

  @Field(() => GraphQLJSONObject, { description: 'More about it. ATTEMPT: `cycle` (the round), `number`, and of a failed one `code` and `cause`. STATE: `cycle`, and `code` where it failed. MIGRATION: `from` and `to`, and where it failed `code` and, while the school is still set aside for it, `cause`. ACTION and ACCESS: as in AuditEvent.details.' })
  details!: Record<string, unknown>

  @Field(() => [TimelineStepType], { description: 'Of an attempt, the steps that have begun, in their order; empty for everything else.' })
  steps!: readonly TimelineStepType[]
}

export const TimelineConnection = connectionType('Timeline', TimelineEntryType, 'what happened to a tenant, the newest first')
