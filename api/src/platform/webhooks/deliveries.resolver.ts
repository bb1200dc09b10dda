import type { Limits } from '../../access/limits.ts'
import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { DeliveriesService } from './deliveries.service.ts'
import type { EndpointsService } from './endpoints.service.ts'
import { GraphQLJSONObject } from 'graphql-scalars'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ReplayWebhooksInput, WebhookAttemptType, WebhookDeliveriesArgs, WebhookDeliveryConnection, WebhookDeliveryType } from './deliveries.type.ts'
import { WebhookEndpointType } from './endpoints.type.ts'

@Resolver(() => WebhookDeliveryType)
export class DeliveriesResolver {
  constructor(private readonly deliveries: DeliveriesService, private readonly endpoints: EndpointsService, private readonly limits: Limits) {}

  @Authorized('webhooks:manage')
  @Query(() => WebhookDeliveryConnection, { description: 'What the school\'s endpoints were sent, the newest first; kept for some weeks.' })
  webhookDeliveries(@Args(() => WebhookDeliveriesArgs) list: WebhookDeliveriesArgs, @Ctx() context: RequestContext) {
    return this.deliveries.list(context.requireTenantId(), list)
  }

  @Authorized('webhooks:manage')
  @Query(() => WebhookDeliveryType, { description: 'One delivery; NOT_FOUND.' })
  webhookDelivery(@Arg('id', () => ID, { description: 'Of the delivery.' }) id: string, @Ctx() context: RequestContext) {
    return this.deliveries.get(context.requireTenantId(), id)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => WebhookDeliveryType, { description: 'Sends an endpoint the event `webhook.test`, whatever events it has chosen. NOT_FOUND; WEBHOOK_DISABLED; 120 an hour and school, replays too, then RATE_LIMITED.' })
  async sendTestWebhook(@Arg('endpointId', () => ID, { description: 'Of the endpoint.' }) endpointId: string, @Ctx() context: RequestContext) {
    const tenantId = context.requireTenantId()
    await this.limits.count('webhookReplay', tenantId)
    return this.deliveries.test(tenantId, endpointId, context.trail)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => WebhookDeliveryType, { description: 'Sends one delivery again, under the same `webhook-id`, whatever became of it. NOT_FOUND; WEBHOOK_DISABLED; RATE_LIMITED as sendTestWebhook.' })
  async replayWebhook(@Arg('deliveryId', () => ID, { description: 'Of the delivery.' }) deliveryId: string, @Ctx() context: RequestContext) {
    const tenantId = context.requireTenantId()
    await this.limits.count('webhookReplay', tenantId)
    return this.deliveries.replay(tenantId, deliveryId, context.trail)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => Int, { description: 'Sends an endpoint again what failed in a time, or everything; up to 10,000 deliveries, the oldest first. Answers how many. NOT_FOUND; WEBHOOK_DISABLED; RATE_LIMITED as sendTestWebhook.' })
  async replayWebhooks(
    @Arg('endpointId', () => ID, { description: 'Of the endpoint.' }) endpointId: string,
    @Arg('input', () => ReplayWebhooksInput, { description: 'Which of its deliveries.' }) input: ReplayWebhooksInput,
    @Ctx() context: RequestContext,
  ): Promise<number> {
    const tenantId = context.requireTenantId()
    await this.limits.count('webhookReplay', tenantId)
    return this.deliveries.replayRange(tenantId, endpointId, input, context.trail)
  }

  @FieldResolver(() => WebhookEndpointType, { nullable: true, description: 'Where it goes; null once that has been taken away.' })
  endpoint(@Root() { endpointId }: WebhookDeliveryType, @Ctx() context: RequestContext) {
    return context.load(this.endpoints.byId, endpointId)
  }

  @FieldResolver(() => GraphQLJSONObject, { description: 'What is sent.' })
  async body(@Root() { eventId }: WebhookDeliveryType, @Ctx() context: RequestContext): Promise<unknown> {
    return JSON.parse(await context.load(this.deliveries.bodies, eventId) ?? '{}')
  }

  @FieldResolver(() => [WebhookAttemptType], { description: 'Its last 50 tries, the newest first.' })
  attempts(@Root() { id }: WebhookDeliveryType, @Ctx() context: RequestContext) {
    return context.load(this.deliveries.attempts, id)
  }
}

@Resolver(() => WebhookDeliveryConnection)
export class DeliveryConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many deliveries the filter lets through.' })
  totalCount(@Root() page: Page<unknown>) {
    return page.count()
  }
}
