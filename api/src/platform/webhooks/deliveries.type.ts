import type { DeliveryState } from './deliveries.queries.ts'
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { ArgsType, Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export const DeliveryStateEnum: Readonly<Record<DeliveryState, DeliveryState>> = { WAITING: 'WAITING', DELIVERED: 'DELIVERED', FAILED: 'FAILED', HELD: 'HELD' }
registerEnumType(DeliveryStateEnum, {
  name: 'WebhookDeliveryState',
  description: 'What has become of a delivery.',
  valuesConfig: {
    WAITING: { description: 'It is to be sent, for the first time or again.' },
    DELIVERED: { description: 'It was answered with a status from 200 to 299.' },
    FAILED: { description: 'It was given up: after the last try, or with its endpoint.' },
    HELD: { description: 'It was signed and kept, and not sent: of a test school nothing is.' },
  },
})

@ObjectType('WebhookAttempt', { description: 'One try to send a delivery.', simpleResolvers: true })
export class WebhookAttemptType {
  @Field(() => Int, { description: 'Which one, from 1.' })
  number!: number

  @Field(() => GraphQLDateTime, { description: 'When it began: the time in `webhook-timestamp`.' })
  at!: Date

  @Field(() => String, { description: 'Where it was sent.' })
  url!: string

  @Field(() => Int, { description: 'How long it took, in milliseconds.' })
  durationMs!: number

  @Field(() => Int, { nullable: true, description: 'The status of the answer; null where there was none.' })
  status!: number | null

  @Field(() => String, { nullable: true, description: 'Why there was none; null where there was.' })
  error!: string | null

  @Field(() => String, { nullable: true, description: 'The start of the answer\'s body, up to 1 kB, without e-mail addresses and tokens; null where it said nothing.' })
  answer!: string | null

  @Field(() => GraphQLJSONObject, { nullable: true, description: 'The headers it would have been sent with, `webhook-signature` among them, where it is HELD; null where it was sent.' })
  headers!: Readonly<Record<string, string>> | null
}

@ObjectType('WebhookDelivery', { description: 'One event on its way to one endpoint.', simpleResolvers: true })
export class WebhookDeliveryType {
  @Field(() => ID, { description: 'Of the delivery.' })
  id!: string

  endpointId!: string

  @Field(() => ID, { description: 'Of the event: `webhook-id`, the same with every try, by which a receiver knows what it has had.' })
  eventId!: string

  @Field(() => String, { description: 'The event\'s name.' })
  eventType!: string

  @Field(() => DeliveryStateEnum, { description: 'What has become of it.' })
  state!: DeliveryState

  @Field(() => Int, { description: 'How often it was tried.' })
  attemptCount!: number

  @Field(() => Int, { nullable: true, description: 'The status of the last answer; null where there was none.' })
  status!: number | null

  @Field(() => String, { nullable: true, description: 'Why it was not taken, where that was no status; else null.' })
  error!: string | null

  @Field(() => GraphQLDateTime, { description: 'When the event was put on its way.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is tried next, at the earliest; null where it is not any more.' })
  nextAttemptAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was taken or given up; null while it waits.' })
  completedAt!: Date | null
}

export const WebhookDeliveryConnection = connectionType('WebhookDelivery', WebhookDeliveryType, 'webhook deliveries, the newest first')

@InputType('WebhookDeliveryFilter', { description: 'Which deliveries to show; what is left out does not narrow them.' })
export class WebhookDeliveryFilter {
  @Field(() => ID, { nullable: true, description: 'Only to this endpoint; NOT_FOUND where it is not there.' })
  endpointId?: string | null

  @Field(() => String, { nullable: true, description: 'Only this event.' })
  eventType?: string | null

  @Field(() => DeliveryStateEnum, { nullable: true, description: 'Only what has become this.' })
  state?: DeliveryState | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only what was put on its way from then on.' })
  since?: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Only what was put on its way before then.' })
  until?: Date | null
}

@ArgsType()
export class WebhookDeliveriesArgs extends PageArgs {
  @Field(() => WebhookDeliveryFilter, { nullable: true, description: 'Which deliveries.' })
  filter?: WebhookDeliveryFilter | null
}

@InputType('ReplayWebhooksInput', { description: 'What is to be sent again.' })
export class ReplayWebhooksInput {
  @Field(() => GraphQLDateTime, { description: 'What was put on its way from then on.' })
  since!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'And before then; left out: until now.' })
  until?: Date | null

  @Field(() => Boolean, { nullable: true, description: 'True: what was delivered too. Left out, only what failed.' })
  all?: boolean | null
}
