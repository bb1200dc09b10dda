import type { MemberRole, PersonStanding } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import type { TenantState, TenantStateRow } from '../tenancy/room.ts'
import { publish } from '../../events/bus.ts'
import { accessChanged } from '../../events/topics.ts'
import { tenantStateColumns, tenantStateOf } from '../tenancy/room.ts'

interface Person {
  id: string
  account_id: string
  /** The school of the session, whether or not it is open. */
  session_tenant_id: string | null
  role: MemberRole | null
  superadmin: boolean
  second_factor: boolean
  email: string
}
/** With the school, where the session has one that is open. */
type SessionRow = Person & (TenantStateRow | { [column in keyof TenantStateRow]: null })

/** Who is behind a session, and for a member how their school stands: both are asked of by nearly every request. */
export interface Found {
  readonly standing: PersonStanding
  readonly tenant: TenantState | undefined
}

/** Who is behind each of these sessions now. One that has ended, or whose account, membership or tenant has, is left out. */
export async function readStandings(platform: Platform, sessionIds: readonly string[]): Promise<Map<string, Found>> {
  const rows = await platform.prepared<SessionRow>('standings of sessions', `
    select s.id, s.account_id, s.tenant_id as session_tenant_id, m.role, a.superadmin, a.totp_confirmed_at is not null as second_factor, a.email, ${tenantStateColumns}
    from platform.session s
    join platform.account a on a.id = s.account_id and a.disabled_at is null
    left join platform.membership m on m.account_id = s.account_id and m.tenant_id = s.tenant_id
    left join platform.tenant t on t.id = s.tenant_id and t.lifecycle in ('ACTIVE', 'SUSPENDED')
    where s.id = any($1) and s.revoked_at is null and s.expires_at > now()`, [sessionIds])
  return new Map(rows.flatMap((row) => {
    const standing = standingOf(row)
    return standing ? [[row.id, { standing, tenant: row.tenant_id === null ? undefined : tenantStateOf(row) }]] : []
  }))
}

function standingOf(row: SessionRow): PersonStanding | undefined {
  const who = { accountId: row.account_id, sessionId: row.id }
  if (row.superadmin && row.session_tenant_id === null)
    return { kind: 'superadmin', ...who, email: row.email, secondFactor: row.second_factor }
  // A superadmin holds no membership; and without a tenant nobody else is anybody.
  if (!row.role || row.superadmin || row.tenant_id === null)
    return undefined
  return { kind: 'member', ...who, tenantId: row.tenant_id, role: row.role, suspended: row.lifecycle === 'SUSPENDED' && { reason: row.lifecycle_reason } }
}

/** Has every process ask again what this account's open sockets may still do, once the transaction of `db` commits. */
export async function tellAccessChanged(db: PlatformDb, accountId: string): Promise<void> {
  await db.execute('select pg_notify(?, ?)', publish(accessChanged, { accountId }).values)
}
