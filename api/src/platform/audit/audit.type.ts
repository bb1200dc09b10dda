import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export enum ActorKindType { VISITOR = 'visitor', MEMBER = 'member', SUPERADMIN = 'superadmin', INTEGRATOR = 'integrator', SYSTEM = 'system' }
registerEnumType(ActorKindType, {
  name: 'ActorKind',
  description: 'What kind of actor did something.',
  valuesConfig: {
    VISITOR: { description: 'Somebody who was not signed in.' },
    MEMBER: { description: 'A member of the school.' },
    SUPERADMIN: { description: 'One of the platform\'s operators.' },
    INTEGRATOR: { description: 'A program, with one of the school\'s API keys.' },
    SYSTEM: { description: 'The platform itself, or a command run by its operator.' },
  },
})

@ObjectType('AuditEvent', { description: 'One thing that was done. Events are only ever added, and each carries a hash of the one before it.', simpleResolvers: true })
export class AuditEventType {
  @Field(() => ID, { description: 'The chain and the place in it.' })
  id!: string

  @Field(() => Int, { description: 'The place in its chain: 1, 2, 3, … without a gap.' })
  sequence!: number

  @Field(() => GraphQLDateTime, { description: 'When it was done.' })
  at!: Date

  @Field(() => ActorKindType, { description: 'What kind of actor did it.' })
  actorKind!: ActorKindType

  @Field(() => String, { nullable: true, description: 'Name and e-mail of the account, as they were then, or name and prefix of the API key; null where there was neither.' })
  actorName!: string | null

  @Field(() => String, { description: 'What was done, `<thing>.<past participle>`: class.created, membership.roleChanged, superadmin.access, …' })
  action!: string

  @Field(() => String, { nullable: true, description: 'What kind of thing it was done to.' })
  subjectType!: string | null

  @Field(() => ID, { nullable: true, description: 'The thing it was done to.' })
  subjectId!: string | null

  @Field(() => GraphQLJSONObject, { description: 'More about it. Of superadmin.access: `reason`, `mode` (read or write) and `operation`.' })
  details!: Record<string, unknown>

  @Field(() => String, { nullable: true, description: 'The request it was done in, as answers and logs name it.' })
  requestId!: string | null
}

@InputType('AuditFilter', { description: 'Which events to show; what is left out does not narrow them.' })
export class AuditFilter {
  @Field(() => String, { nullable: true, description: 'Only this action, e.g. superadmin.access.' })
  action?: string | null

  @Field(() => ActorKindType, { nullable: true, description: 'Only what this kind of actor did.' })
  actorKind?: ActorKindType | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only from then on.' })
  since?: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only before then.' })
  until?: Date | null
}

@ArgsType()
export class AuditEventsArgs extends PageArgs {
  @Field(() => AuditFilter, { nullable: true, description: 'Which events.' })
  filter?: AuditFilter | null
}

export const AuditEventConnection = connectionType('AuditEvent', AuditEventType, 'audit events, the newest first')
