import type { DisabledReason } from './disable.ts'
import { GraphQLDateTime, GraphQLJSONObject } from 'graphql-scalars'
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'

export const DisabledReasonEnum: Readonly<Record<DisabledReason, DisabledReason>> = { BY_HAND: 'BY_HAND', GONE: 'GONE', FAILING: 'FAILING' }
registerEnumType(DisabledReasonEnum, {
  name: 'WebhookDisabledReason',
  description: 'Why an endpoint is told nothing.',
  valuesConfig: {
    BY_HAND: { description: 'Somebody of the school switched it off.' },
    GONE: { description: 'It answered 410 Gone.' },
    FAILING: { description: 'It took nothing for days.' },
  },
})

@ObjectType('WebhookEndpoint', { description: 'Where a school\'s own program wants to be told what changes in the school.', simpleResolvers: true })
export class WebhookEndpointType {
  @Field(() => ID, { description: 'Of the endpoint.' })
  id!: string

  @Field(() => String, { description: 'Where events are sent, by POST.' })
  url!: string

  @Field(() => String, { nullable: true, description: 'What it is for, in the school\'s words.' })
  description!: string | null

  @Field(() => [String], { nullable: true, description: 'Names of the events it is told, as `webhookEventTypes` lists them; null: all of them, those that a later release adds too.' })
  eventTypes!: readonly string[] | null

  @Field(() => Boolean, { description: 'Whether it is told anything.' })
  enabled!: boolean

  @Field(() => DisabledReasonEnum, { nullable: true, description: 'Why it is not; null while it is.' })
  disabledReason!: DisabledReason | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when it is not; null while it is.' })
  disabledAt!: Date | null

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Since when every try has failed; null where the last one got through, and before the first. After some days of it the endpoint is switched off.' })
  failingSince!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it last took an event; null before the first.' })
  deliveredAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'Until when the secret before this one signs beside it; null where it does not any more.' })
  previousSecretUntil!: Date | null

  @Field(() => Int, { description: 'Deliveries that wait to be sent, for the first time or again; counted up to 10,000.' })
  waiting!: number
}

export const WebhookEndpointConnection = connectionType('WebhookEndpoint', WebhookEndpointType, 'webhook endpoints, the oldest first')

@ObjectType('WebhookEndpointWithSecret', { description: 'An endpoint, and the one time that its secret is shown.', simpleResolvers: true })
export class WebhookEndpointWithSecretType {
  @Field(() => WebhookEndpointType, { description: 'The endpoint.' })
  endpoint!: WebhookEndpointType

  @Field(() => String, { description: 'What signs its events: `whsec_` and 32 bytes in base64, as libraries of Standard Webhooks take it. It is not shown again.' })
  secret!: string
}

@OfResource(null)
@ObjectType('WebhookEventType', { description: 'A kind of event that endpoints can be told.', simpleResolvers: true })
export class WebhookEventTypeType {
  @Field(() => String, { description: 'Its name: `type` in the body.' })
  name!: string

  @Field(() => String, { description: 'What has happened.' })
  description!: string

  @Field(() => GraphQLJSONObject, { description: 'A body as it is sent: `type`, `timestamp`, `tenantId`, and `data` with ids and numbers: the record\'s `version` after the change, and which change of the school it was (`changed`). Never what is in the record: read it by its id, and drop what is older than the version you have.' })
  example!: object
}

@InputType('CreateWebhookEndpointInput', { description: 'A new endpoint.' })
export class CreateWebhookEndpointInput {
  @Field(() => String, { description: 'https, port 443, a host on the public internet, no name or password in it; up to 2,000 characters. Redirects are not followed.' })
  url!: string

  @Field(() => String, { nullable: true, description: 'What it is for; up to 200 characters.' })
  description?: string | null

  @Field(() => [String], { nullable: true, description: 'Names of the events it is to be told, at least one; left out or null: all of them.' })
  eventTypes?: string[] | null
}

@InputType('UpdateWebhookEndpointInput', { description: 'What is to be different of an endpoint; what is left out stays.' })
export class UpdateWebhookEndpointInput {
  @Field(() => String, { nullable: true, description: 'As in `CreateWebhookEndpointInput`; null: as it is.' })
  url?: string | null

  @Field(() => String, { nullable: true, description: 'What it is for; null: nothing is said.' })
  description?: string | null

  @Field(() => [String], { nullable: true, description: 'Names of the events it is to be told; null: all of them.' })
  eventTypes?: string[] | null

  @Field(() => Boolean, { nullable: true, description: 'False: nothing is sent any more, and what waits is given up. True: it is told what happens from now on.' })
  enabled?: boolean | null
}
