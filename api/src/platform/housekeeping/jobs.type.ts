import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { ArgsType, Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export enum JobStateType { WAITING = 'WAITING', RETRYING = 'RETRYING', ACTIVE = 'ACTIVE', COMPLETED = 'COMPLETED', CANCELLED = 'CANCELLED', FAILED = 'FAILED' }
registerEnumType(JobStateType, {
  name: 'JobState',
  description: 'How far a job is.',
  valuesConfig: {
    WAITING: { description: 'Nobody has tried it yet.' },
    RETRYING: { description: 'A try has failed, or somebody ordered another; the next one comes.' },
    ACTIVE: { description: 'A worker is at it.' },
    COMPLETED: { description: 'Done.' },
    CANCELLED: { description: 'Taken back before it was done.' },
    FAILED: { description: 'Given up after the last try.' },
  },
})

@ObjectType('JobQueue', { description: 'One kind of background work, with how many of its jobs there are now. Finished ones are kept for seven days.', simpleResolvers: true })
export class JobQueueType {
  @Field(() => String, { description: 'What the work is called, such as send-mail.' })
  name!: string

  @Field(() => Int, { description: 'Jobs that nobody has tried yet.' })
  waiting!: number

  @Field(() => Int, { description: 'Jobs that a worker is at.' })
  active!: number

  @Field(() => Int, { description: 'Jobs that wait for another try.' })
  retrying!: number

  @Field(() => Int, { description: 'Jobs that were given up.' })
  failed!: number

  @Field(() => Int, { description: 'Jobs that are done.' })
  completed!: number

  @Field(() => Int, { description: 'Jobs that were taken back.' })
  cancelled!: number

  @Field(() => Float, { nullable: true, description: 'How long the job has waited, in seconds, that could have run first; null where none could run now.' })
  oldestWaitingSeconds!: number | null
}

@ObjectType('Job', { description: 'One piece of background work, without what it is about beyond ids.', simpleResolvers: true })
export class JobType {
  @Field(() => ID, { description: 'Its own, within its queue.' })
  id!: string

  @Field(() => String, { description: 'The kind of work.' })
  queue!: string

  @Field(() => JobStateType, { description: 'How far it is.' })
  state!: JobStateType

  @Field(() => ID, { nullable: true, description: 'The tenant it is about, where it names one.' })
  tenantId!: string | null

  @Field(() => Int, { description: 'How many tries have begun.' })
  attempt!: number

  @Field(() => Int, { description: 'How many tries there are at the most.' })
  attempts!: number

  @Field(() => GraphQLJSONObject, { description: 'What it was given: ids, kinds, numbers; every other value is `…`.' })
  data!: Record<string, unknown>

  @Field(() => String, { nullable: true, description: 'What the last failed try said: one line, without addresses and quoted values.' })
  error!: string | null

  @Field(() => GraphQLDateTime, { description: 'When it was put into its queue.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When its last try began.' })
  startedAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was done, given up or taken back.' })
  completedAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is tried next, at the earliest; null where it is not.' })
  nextAttemptAt!: Date | null
}

export const JobConnection = connectionType('Job', JobType, 'jobs, the newest first')

@InputType('JobFilter', { description: 'Which jobs to show; what is left out does not narrow them.' })
export class JobFilterInput {
  @Field(() => String, { nullable: true, description: 'Only of this queue.' })
  queue?: string | null

  @Field(() => JobStateType, { nullable: true, description: 'Only those that are so far.' })
  state?: JobStateType | null

  @Field(() => ID, { nullable: true, description: 'Only those about this tenant.' })
  tenantId?: string | null
}

@ArgsType()
export class JobsArgs extends PageArgs {
  @Field(() => JobFilterInput, { nullable: true, description: 'Which jobs; all unless told.' })
  filter?: JobFilterInput | null
}
