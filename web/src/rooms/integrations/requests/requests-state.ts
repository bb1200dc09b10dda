import type { LocationQuery } from 'vue-router'
import type { ApiRequestsQueryVariables } from '../../../apollo/generated/graphql.ts'
import { pageOf, readList } from '../../../shared/list-state.ts'

export interface RequestsState { failed: boolean, keyId?: string, after?: string, before?: string }

/** The page as its address tells it: `?only=failed&key=…`. */
export function readRequests(query: LocationQuery): RequestsState {
  const { after, before } = readList(query, [])
  return { failed: query.only === 'failed', keyId: typeof query.key === 'string' ? query.key : undefined, after, before }
}

export function writeRequests({ failed, keyId, after, before }: RequestsState): Record<string, string> {
  return { ...(failed && { only: 'failed' }), ...(keyId && { key: keyId }), ...(after && { after }), ...(before && { before }) }
}

export function askRequests(state: RequestsState): ApiRequestsQueryVariables {
  return { ...pageOf(state), filter: { ...(state.failed && { failed: true }), ...(state.keyId && { keyId: state.keyId }) } }
}
