import type { MemberRole } from '../../access/principal.ts'
import type { Platform, PlatformDb } from '../../database/platform-db.ts'
import { createHash } from 'node:crypto'
import { instant } from '../../database/rows.ts'

export interface Person { readonly id: string, readonly name: string, readonly email: string }

export interface MemberRow {
  readonly id: string
  readonly account: Person
  readonly role: MemberRole
  readonly createdAt: Date
  readonly lastActiveAt: Date | null
  readonly secondFactor: boolean
}

export interface InvitationRow {
  readonly id: string
  readonly email: string
  readonly role: MemberRole
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly expired: boolean
  readonly invitedBy: Person | null
}

/** A link that still works, and whom it is for. */
export interface InvitationPreview {
  readonly tenantName: string
  readonly email: string
  readonly role: MemberRole
  readonly accountExists: boolean
  readonly expiresAt: Date
}

/** Who belongs to a tenant, by name; with an id just that member. */
export async function membersOf(platform: Platform, tenantId: string, id: string | null = null): Promise<MemberRow[]> {
  const rows = await platform.query<Dated<MemberRow>>(`
    select m.id, json_build_object('id', a.id, 'name', a.name, 'email', a.email) as account, m.role, m.created_at as "createdAt",
      (select max(s.last_used_at) from platform.session s where s.account_id = a.id and s.tenant_id = m.tenant_id) as "lastActiveAt",
      a.totp_confirmed_at is not null as "secondFactor"
    from platform.membership m join platform.account a on a.id = m.account_id
    where m.tenant_id = $1 and ($2::uuid is null or m.id = $2)
    order by lower(a.name), m.id`, [tenantId, id])
  return rows.map(row => ({ ...row, createdAt: new Date(row.createdAt), lastActiveAt: instant(row.lastActiveAt) }))
}

/** What is open in a tenant, what has expired included: it waits to be replaced or taken back. The newest first; with an id just that one. */
export async function invitationsOf(db: PlatformDb, tenantId: string, id?: string): Promise<InvitationRow[]> {
  const rows = await db.execute<Dated<InvitationRow>[]>(`
    select i.id, i.email, i.role, i.created_at as "createdAt", i.expires_at as "expiresAt", i.expires_at <= now() as expired,
      case when a.id is not null then json_build_object('id', a.id, 'name', a.name, 'email', a.email) end as "invitedBy"
    from platform.invitation i left join platform.account a on a.id = i.invited_by and not a.superadmin
    where i.tenant_id = ? and i.accepted_at is null and i.revoked_at is null ${id === undefined ? '' : 'and i.id = ?'}
    order by i.created_at desc, i.id`, id === undefined ? [tenantId] : [tenantId, id])
  return rows.map(row => ({ ...row, createdAt: new Date(row.createdAt), expiresAt: new Date(row.expiresAt) }))
}

/** What makes a link good: nobody has used it or taken it back, its time has not passed, and its school is open. */
const good = 't.id = i.tenant_id and t.lifecycle = \'ACTIVE\' and i.accepted_at is null and i.revoked_at is null and i.expires_at > now()'

/** The invitation a good link is for. */
export async function invitationByLink(platform: Platform, token: string): Promise<InvitationPreview | undefined> {
  const [row] = await platform.query<Dated<InvitationPreview>>(`
    select t.name as "tenantName", i.email, i.role, i.expires_at as "expiresAt",
      exists (select from platform.account a where lower(a.email) = lower(i.email)) as "accountExists"
    from platform.invitation i, platform.tenant t where ${good} and i.token_hash = $1`, [linkHash(token)])
  return row && { ...row, expiresAt: new Date(row.expiresAt) }
}

export interface TakenInvitation { readonly id: string, readonly tenantId: string, readonly email: string, readonly role: MemberRole }

/** Uses a good link up, in the transaction of `db`. Of two at once the second waits, looks again and finds nothing. */
export async function takeInvitation(db: PlatformDb, token: string): Promise<TakenInvitation | undefined> {
  const [row] = await db.execute<TakenInvitation[]>(`
    update platform.invitation i set accepted_at = now() from platform.tenant t where ${good} and i.token_hash = ?
    returning i.id, i.tenant_id as "tenantId", i.email, i.role`, [linkHash(token)])
  return row
}

function linkHash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** The pool gives instants as text. */
type Dated<Row> = { [Key in keyof Row]: Row[Key] extends Date | null ? string | Extract<Row[Key], null> : Row[Key] }
