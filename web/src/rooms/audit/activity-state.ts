import type { LocationQuery } from 'vue-router'
import type { AuditEventsQueryVariables } from '../../apollo/generated/graphql.ts'
import { pageOf, readList } from '../../shared/list-state.ts'

/** What the operator's access to a school is called in the record. */
export const OPERATOR = 'superadmin.access'

export interface ActivityState { operator: boolean, after?: string, before?: string }

/** The page as its address tells it: `?only=operator&after=…`. */
export function readActivity(query: LocationQuery): ActivityState {
  const { after, before } = readList(query, [])
  return { operator: query.only === 'operator', after, before }
}

export function writeActivity({ operator, after, before }: ActivityState): Record<string, string> {
  return { ...(operator && { only: 'operator' }), ...(after && { after }), ...(before && { before }) }
}

export function askActivity(state: ActivityState): AuditEventsQueryVariables {
  return { ...pageOf(state), filter: state.operator ? { action: OPERATOR } : undefined }
}
