import type { Tenant } from './tenant.entity.ts'
import type { TenantRow } from './tenants.queries.ts'

/** What decides whether a school may be entered. */
export type TenantState = Pick<TenantRow, 'id' | 'node' | 'lifecycle' | 'lifecycleReason' | 'preparationStatus' | 'schemaVersion'> & Pick<Tenant, 'schemaServesFrom'>

/** Columns of `platform.tenant t` for `tenantStateOf`, in whichever statement reads the tenant along. */
export const tenantStateColumns = 't.id as tenant_id, t.node, t.lifecycle, t.lifecycle_reason, t.preparation_status, t.schema_version, t.schema_serves_from'

export interface TenantStateRow {
  readonly tenant_id: string
  readonly node: string
  readonly lifecycle: TenantState['lifecycle']
  readonly lifecycle_reason: string | null
  readonly preparation_status: TenantState['preparationStatus']
  readonly schema_version: number | null
  readonly schema_serves_from: number | null
}

export function tenantStateOf(row: TenantStateRow): TenantState {
  return {
    id: row.tenant_id,
    node: row.node,
    lifecycle: row.lifecycle,
    lifecycleReason: row.lifecycle_reason,
    preparationStatus: row.preparation_status,
    schemaVersion: row.schema_version,
    schemaServesFrom: row.schema_serves_from,
  }
}
