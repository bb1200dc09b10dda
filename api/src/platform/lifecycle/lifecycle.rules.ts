import type { Lifecycle } from '../tenancy/room.ts'

export interface Move {
  readonly from: readonly Lifecycle[]
  readonly to: Lifecycle
  /** What the audit record calls it. */
  readonly action: string
  /** Only where nothing is being prepared: a worker would go on making what nobody may enter. */
  readonly settled?: true
  /** Only of a test school. */
  readonly test?: true
}

/**
 * The operator's moves, and from where. What is not here is refused. The last step, from DELETING to gone, is the worker's,
 * when the grace period is over.
 */
export const moves = {
  suspend: { from: ['ACTIVE'], to: 'SUSPENDED', action: 'tenant.suspended' },
  resume: { from: ['SUSPENDED'], to: 'ACTIVE', action: 'tenant.resumed' },
  archive: { from: ['ACTIVE', 'SUSPENDED'], to: 'ARCHIVED', action: 'tenant.archived', settled: true },
  unarchive: { from: ['ARCHIVED'], to: 'ACTIVE', action: 'tenant.unarchived' },
  delete: { from: ['ARCHIVED'], to: 'DELETING', action: 'tenant.deletionRequested' },
  keep: { from: ['DELETING'], to: 'ARCHIVED', action: 'tenant.deletionCancelled' },
} as const satisfies Record<string, Move>

export type MoveName = keyof typeof moves

/** A school lets go of its test school, wherever that is. */
export const letGo: Move = { from: ['ACTIVE', 'SUSPENDED', 'ARCHIVED'], to: 'DELETING', action: 'tenant.deletionRequested', settled: true, test: true }
