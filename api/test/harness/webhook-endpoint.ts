import type { GraphqlClient } from './client.ts'
import type { Told } from './webhook.ts'
import { Webhook } from 'standardwebhooks'
import { expect } from 'vitest'

/** A body as receivers get it. */
export interface ToldEvent { readonly type: string, readonly timestamp: string, readonly tenantId: string, readonly data: Record<string, unknown> & { id: string, version: number, changed: number } }

/** For tests: at any address, with tries as close to each other as jobs allow, and as long to answer as a busy machine takes. */
export const quickly = { allowPrivate: true, retrySeconds: [0, 0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], timeoutSeconds: 30, disableAfterDays: 5 }

/** Makes an endpoint, as an ADMIN would. */
export async function makeEndpoint(client: GraphqlClient, url: string, eventTypes: string[] | null = null): Promise<{ id: string, secret: string }> {
  const { createWebhookEndpoint: { endpoint, secret } } = await client.ask<{ createWebhookEndpoint: { endpoint: { id: string }, secret: string } }>(
    'mutation ($input: CreateWebhookEndpointInput!) { createWebhookEndpoint(input: $input) { endpoint { id } secret } }',
    { input: { url, eventTypes } },
  )
  return { id: endpoint.id, secret }
}

/** What a receiver makes of what it was told: refused where it is not signed with this secret, and for now. */
export function verified({ body, headers }: Told, secret: string): ToldEvent {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as ToldEvent
}

/** Waits until somebody was told something, after the first `told` things. */
export async function nextTold(receiver: { readonly told: readonly Told[] }, told: number): Promise<Told> {
  await expect.poll(() => receiver.told.length, { interval: 10 }).toBeGreaterThan(told)
  return receiver.told[told]!
}

interface LoggedDelivery {
  readonly id: string
  readonly eventId: string
  readonly eventType: string
  readonly state: string
  readonly attemptCount: number
  readonly status: number | null
  readonly error: string | null
  readonly body: object
  readonly attempts: readonly { readonly number: number, readonly status: number | null, readonly error: string | null, readonly answer: string | null, readonly url: string, readonly durationMs: number }[]
}

/** The school's delivery log, the newest first. */
export async function deliveryLog(client: GraphqlClient, filter: object = {}): Promise<readonly LoggedDelivery[]> {
  const { webhookDeliveries } = await client.ask<{ webhookDeliveries: { nodes: LoggedDelivery[] } }>(`query ($filter: WebhookDeliveryFilter) {
    webhookDeliveries(first: 50, filter: $filter) { nodes { id eventId eventType state attemptCount status error body attempts { number status error answer url durationMs } } }
  }`, { filter })
  return webhookDeliveries.nodes
}

export const addStudent = async (client: GraphqlClient, familyName: string) => (await client.ask<{ addStudent: { id: string } }>('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id } }', { input: { givenName: 'Ada', familyName } })).addStudent.id
