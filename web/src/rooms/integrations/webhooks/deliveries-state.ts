import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { WebhookDeliveriesQueryVariables, WebhookDeliveryState } from '../../../apollo/generated/graphql.ts'

export const deliveryStates = ['FAILED', 'WAITING', 'DELIVERED', 'HELD'] as const satisfies readonly WebhookDeliveryState[]

/** Which deliveries are in view, as the address keeps it. */
export interface DeliveriesState {
  state?: WebhookDeliveryState
  endpoint?: string
  event?: string
  after?: string
  before?: string
}

const pageSize = 15
const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

export function readDeliveries(query: LocationQuery): DeliveriesState {
  return { state: deliveryStates.find(each => each === query.state), endpoint: text(query.endpoint), event: text(query.event), after: text(query.after), before: text(query.before) }
}

export function writeDeliveries(state: DeliveriesState): LocationQueryRaw {
  return { ...state }
}

export function askDeliveries({ state, endpoint, event, after, before }: DeliveriesState): WebhookDeliveriesQueryVariables {
  return {
    ...(before ? { last: pageSize, before } : { first: pageSize, after }),
    filter: { state, endpointId: endpoint, eventType: event },
  }
}
