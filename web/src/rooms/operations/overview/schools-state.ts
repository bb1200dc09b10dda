import type { LocationQuery } from 'vue-router'
import type { SchoolRowFragment, SchoolsQueryVariables, TenantFilter, TenantOrderField } from '../../../apollo/generated/graphql.ts'
import type { ListState } from '../../../shared/list-state.ts'
import { pageOf } from '../../../shared/list-state.ts'

const parts = {
  all: {},
  failed: { status: 'FAILED' },
  preparing: { status: 'PREPARING' },
  pending: { status: 'PENDING' },
  behind: { behind: true },
  suspended: { lifecycle: 'SUSPENDED' },
  archived: { lifecycle: 'ARCHIVED' },
  deleting: { lifecycle: 'DELETING' },
} as const satisfies Record<string, TenantFilter>

export type Part = keyof typeof parts
export const allParts = Object.keys(parts) as Part[]

const orders = { urgency: 'FAILURES_FIRST', name: 'NAME', created: 'CREATED_AT', active: 'LAST_ACTIVE_AT' } as const satisfies Record<string, TenantOrderField>
export const sorts = Object.keys(orders)

/** Which schools: of one state, or those whose preparation failed with one code. */
export interface Which { part: Part, code?: string }

/** As the address tells it: `?state=failed&code=STEP_FAILED`. An unknown state is all of them. */
export function readWhich({ state, code }: LocationQuery): Which {
  const part = allParts.find(each => each === state) ?? 'all'
  return { part, code: part === 'failed' && typeof code === 'string' && code ? code : undefined }
}

export function writeWhich({ part, code }: Which): Record<string, string> {
  return { ...(part !== 'all' && { state: part }), ...(code && { code }) }
}

/** What the connection is asked. */
export function askSchools(list: ListState, { part, code }: Which): SchoolsQueryVariables {
  const by = list.by as keyof typeof orders
  return {
    ...pageOf(list),
    filter: { ...parts[part], errorCode: code, search: list.search || undefined },
    // The most urgent is the greatest of its order, and comes first unless told.
    orderBy: { field: orders[by], direction: (by === 'urgency') === list.descending ? 'ASC' : 'DESC' },
  }
}

type School = Pick<SchoolRowFragment, 'id' | 'name' | 'slug' | 'createdAt' | 'lifecycle' | 'preparation' | 'operations'>

/** Whether a school belongs to such a list, as the server would decide. */
export function belongs(school: School, { part, code }: Which, search: string): boolean {
  const { status, lifecycle, behind }: TenantFilter = parts[part]
  const text = `${school.name} ${school.slug}`.toLowerCase()
  return (!status || school.preparation.status === status)
    && (!lifecycle || school.lifecycle === lifecycle)
    && (!behind || school.operations.behind)
    && (!code || school.operations.failure?.code === code)
    && search.toLowerCase().split(/\s+/).every(word => text.includes(word))
}

/**
 * Whether the list would look different if it were read now: a school in view belongs no more, or another one does. Of
 * those out of view it may be that a row of another page has changed, which is no news where nothing moves by it.
 */
export function isNews(school: School, view: { inView: boolean, which: Which, list: ListState, readAt: number }): boolean {
  const fits = belongs(school, view.which, view.list.search)
  if (view.inView)
    return !fits
  const moves = view.list.by === 'urgency' || view.which.part !== 'all' || Date.parse(school.createdAt) > view.readAt - 5_000
  return fits && moves
}
