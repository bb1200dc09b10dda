import type { LocationQuery } from 'vue-router'
import type { TimelineKind } from '../../../apollo/generated/graphql.ts'

/** The parts of a timeline, as the address names them. */
export const views = {
  all: [],
  attempts: ['ATTEMPT'],
  states: ['STATE'],
  actions: ['ACTION'],
  access: ['ACCESS'],
  migrations: ['MIGRATION'],
} as const satisfies Record<string, readonly TimelineKind[]>
export type View = keyof typeof views

export const allViews = Object.keys(views) as View[]
export const readView = ({ show }: LocationQuery): View => allViews.find(view => view === show) ?? 'all'

interface Row { id: string, at: string }

/** Rows seen before and rows just read, each once and as it was read last, the newest first. */
export function joined<R extends Row>(before: readonly R[], read: readonly R[]): R[] {
  const rows = new Map(before.map(row => [row.id, row]))
  for (const row of read)
    rows.set(row.id, row)
  return [...rows.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at) || (a.id < b.id ? 1 : -1))
}
