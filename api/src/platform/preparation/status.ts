import type { Platform } from '../../database/platform-db.ts'
import type { PreparationStatus } from '../tenancy/room.ts'
import { instant } from '../../database/rows.ts'
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
  /** Those of the attempt under way, or of the last one, that have begun. */
  readonly steps: readonly { name: string, startedAt: Date, completedAt: Date | null, rolledBack: boolean }[]
}

interface StatusRow {
  id: string
  preparation_status: PreparationStatus
  preparation_step: string | null
  preparation_completed_steps: number
  preparation_attempt: number
  preparation_error_code: string | null
  preparation_started_at: Date | string | null
  preparation_completed_at: Date | string | null
  preparation_sequence: number
  restored: boolean
  test: boolean
  steps: { name: string, startedAt: string, completedAt: string | null, rolledBack: boolean }[]
}

/** Reads many statuses in one statement; unknown ids are left out. */
export type ReadStatuses = (tenantIds: readonly string[]) => Promise<Status[]>

export function statusReader(platform: Platform, plan: { totalSteps: number, restoredSteps: number, sampleSteps: number, maxAttempts: number }): ReadStatuses {
  return async (tenantIds) => {
    const rows = await platform.query<StatusRow>(`
      select id, preparation_status, preparation_step, preparation_completed_steps, preparation_attempt, preparation_error_code,
        preparation_started_at, preparation_completed_at, preparation_sequence, restored_from is not null as restored, test,
        coalesce((
          select json_agg(json_build_object('name', s.name, 'startedAt', s.started_at, 'completedAt', s.ended_at, 'rolledBack', s.rolled_back) order by s.position)
          from platform.preparation_attempt a join platform.preparation_step s on s.attempt_id = a.id
          where a.tenant_id = t.id and a.cycle = t.preparation_cycle and a.number = t.preparation_attempt
        ), '[]') as steps
      from platform.tenant t where id = any($1)`, [tenantIds])
    return rows.map(row => ({
      tenantId: row.id,
      status: row.preparation_status,
      step: row.preparation_step,
      completedSteps: row.preparation_completed_steps,
      totalSteps: row.restored ? plan.restoredSteps : plan.totalSteps + (row.test ? plan.sampleSteps : 0),
      attempt: row.preparation_attempt,
      maxAttempts: plan.maxAttempts,
      error: row.preparation_error_code ? { code: row.preparation_error_code, message: safeMessage(row.preparation_error_code) } : null,
      startedAt: instant(row.preparation_started_at),
      completedAt: instant(row.preparation_completed_at),
      sequence: row.preparation_sequence,
      steps: row.steps.map(step => ({ ...step, startedAt: new Date(step.startedAt), completedAt: instant(step.completedAt) })),
    }))
  }
}

/** Nothing follows READY or FAILED until somebody retries. */
export function isFinal(status: Status): boolean {
  return status.status === 'READY' || status.status === 'FAILED'
}
