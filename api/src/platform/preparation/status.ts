import type { Platform } from '../../database/platform-db.ts'
import type { PreparationStatus } from '../tenancy/room.ts'
import { safeMessage } from './failure.ts'

/** Where a tenant's preparation stands, safe for anyone who knows the tenant's id. */
export interface Status {
  readonly tenantId: string
  readonly status: PreparationStatus
  readonly step: string | null
  readonly completedSteps: number
  readonly totalSteps: number
  readonly attempt: number
  readonly maxAttempts: number
  readonly error: { code: string, message: string } | null
  readonly startedAt: Date | null
  readonly completedAt: Date | null
  readonly sequence: number
}

export interface StatusRow {
  id: string
  preparation_status: PreparationStatus
  preparation_step: string | null
  preparation_completed_steps: number
  preparation_attempt: number
  preparation_error_code: string | null
  preparation_started_at: Date | string | null
  preparation_completed_at: Date | string | null
  preparation_sequence: number
}

/** Reads many statuses in one statement; unknown ids are left out. */
export type ReadStatuses = (tenantIds: readonly string[]) => Promise<Status[]>

export function statusReader(platform: Platform, plan: { totalSteps: number, maxAttempts: number }): ReadStatuses {
  return async (tenantIds) => {
    const rows = await platform.query<StatusRow>(`
      select id, preparation_status, preparation_step, preparation_completed_steps, preparation_attempt, preparation_error_code,
        preparation_started_at, preparation_completed_at, preparation_sequence
      from platform.tenant where id = any($1)`, [tenantIds])
    return rows.map(row => ({
      tenantId: row.id,
      status: row.preparation_status,
      step: row.preparation_step,
      completedSteps: row.preparation_completed_steps,
      totalSteps: plan.totalSteps,
      attempt: row.preparation_attempt,
      maxAttempts: plan.maxAttempts,
      error: row.preparation_error_code ? { code: row.preparation_error_code, message: safeMessage(row.preparation_error_code) } : null,
      startedAt: date(row.preparation_started_at),
      completedAt: date(row.preparation_completed_at),
      sequence: row.preparation_sequence,
    }))
  }
}

/** Nothing follows READY or FAILED until somebody retries. */
export function isFinal(status: Status): boolean {
  return status.status === 'READY' || status.status === 'FAILED'
}

const date = (value: Date | string | null): Date | null => value === null ? null : new Date(value)
