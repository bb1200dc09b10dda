import type { WebhookEndpointFieldsFragment } from '../../../apollo/generated/graphql.ts'

export type EndpointState = 'off' | 'gone' | 'gaveUp' | 'failing' | 'new' | 'well'

/** How an endpoint is doing, the worst first. */
export function stateOf({ enabled, disabledReason, failingSince, deliveredAt }: Pick<WebhookEndpointFieldsFragment, 'enabled' | 'disabledReason' | 'failingSince' | 'deliveredAt'>): EndpointState {
  if (!enabled)
    return ({ GONE: 'gone', FAILING: 'gaveUp', BY_HAND: 'off' } as const)[disabledReason ?? 'BY_HAND']
  if (failingSince)
    return 'failing'
  return deliveredAt ? 'well' : 'new'
}

export const stateKinds = { off: 'plain', gone: 'bad', gaveUp: 'bad', failing: 'warn', new: 'plain', well: 'good' } as const satisfies Record<EndpointState, string>

/** How an endpoint is called in sentences: what it is for, or else where it is. */
export function nameOf({ description, url }: { description?: string | null, url: string }): string {
  return description || hostOf(url)
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url
}
