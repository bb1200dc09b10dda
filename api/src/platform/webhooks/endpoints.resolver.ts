import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { Endpoint } from './endpoints.queries.ts'
import type { EndpointsService, WithSecret } from './endpoints.service.ts'
import type { EventType } from './event-types.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { PageArgs } from '../../access/page.type.ts'
import { Public } from '../../access/public.ts'
import { CreateWebhookEndpointInput, UpdateWebhookEndpointInput, WebhookEndpointConnection, WebhookEndpointType, WebhookEndpointWithSecretType, WebhookEventTypeType } from './endpoints.type.ts'
import { eventTypes } from './event-types.ts'

const badUrl = 'URL_INVALID, URL_NOT_HTTPS, URL_WITH_CREDENTIALS, URL_PORT, URL_PRIVATE or URL_UNKNOWN_HOST of the field url; 60 URLs an hour and school, then RATE_LIMITED.'

@Resolver(() => WebhookEndpointConnection)
export class EndpointsResolver {
  constructor(private readonly endpoints: EndpointsService) {}

  @Public()
  @ForKeys()
  @Query(() => [WebhookEventTypeType], { description: 'Every kind of event that webhooks tell, with an example of each.' })
  webhookEventTypes(): readonly EventType[] {
    return eventTypes
  }

  @Authorized('webhooks:manage')
  @Query(() => WebhookEndpointConnection, { description: 'The school\'s webhook endpoints, the oldest first; at most ten.' })
  webhookEndpoints(@Args(() => PageArgs) list: PageArgs, @Ctx() context: RequestContext) {
    return this.endpoints.list(context.requireTenantId(), list)
  }

  @Authorized('webhooks:manage')
  @Query(() => WebhookEndpointType, { description: 'One endpoint; NOT_FOUND.' })
  webhookEndpoint(@Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string, @Ctx() context: RequestContext): Promise<Endpoint> {
    return this.endpoints.get(context.requireTenantId(), id)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => WebhookEndpointWithSecretType, { description: `Makes an endpoint, which is told what happens from now on, and shows its secret, once. WEBHOOK_LIMIT where the school has ten. ${badUrl}` })
  createWebhookEndpoint(@Arg('input', () => CreateWebhookEndpointInput, { description: 'The endpoint.' }) input: CreateWebhookEndpointInput, @Ctx() context: RequestContext): Promise<WithSecret> {
    return this.endpoints.create(context.requireTenantId(), input, context.trail)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => WebhookEndpointType, { description: `Changes an endpoint, or switches it on or off. NOT_FOUND. ${badUrl}` })
  updateWebhookEndpoint(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @Arg('input', () => UpdateWebhookEndpointInput, { description: 'What is to be different.' }) input: UpdateWebhookEndpointInput,
    @Ctx() context: RequestContext,
  ): Promise<Endpoint> {
    return this.endpoints.update(context.requireTenantId(), id, input, context.trail)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => WebhookEndpointWithSecretType, { description: 'Gives an endpoint a new secret, and shows it, once. For some hours the one before signs beside it: events then carry a signature of each. NOT_FOUND.' })
  rotateWebhookSecret(
    @Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string,
    @Arg('overlapHours', () => Int, { nullable: true, description: 'For how long, in hours: 0 to 168, 24 unless told. 0 where the old one is known to somebody.' }) overlapHours: number | null,
    @Ctx() context: RequestContext,
  ): Promise<WithSecret> {
    return this.endpoints.rotate(context.requireTenantId(), id, overlapHours, context.trail)
  }

  @Authorized('webhooks:manage')
  @Mutation(() => Boolean, { description: 'Takes an endpoint away, with its secret and all that was sent to it. NOT_FOUND.' })
  async deleteWebhookEndpoint(@Arg('id', () => ID, { description: 'Of the endpoint.' }) id: string, @Ctx() context: RequestContext): Promise<boolean> {
    await this.endpoints.delete(context.requireTenantId(), id, context.trail)
    return true
  }

  @FieldResolver(() => Int, { description: 'How many endpoints there are.' })
  totalCount(@Root() page: Page<unknown>) {
    return page.count()
  }
}
