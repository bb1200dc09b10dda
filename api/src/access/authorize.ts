import type { Known, MemberRole, Principal } from './principal.ts'
import { Forbidden, Unauthenticated } from '../shared/errors.ts'

/**
 * What a field may ask for with `@Authorized(...)`. `account` is anyone who is signed in, `member` who is so to a
 * tenant, `platform` the operator.
 */
export type Permission = 'account' | 'member' | 'tenant:prepare' | 'roster:read' | 'roster:write' | 'members:manage' | 'keys:manage' | 'webhooks:manage' | 'audit:read' | 'platform'

const everybody: readonly Permission[] = ['account', 'member', 'roster:read']
const permissions: Readonly<Record<MemberRole | 'superadmin' | 'integrator', ReadonlySet<Permission>>> = {
  ADMIN: new Set([...everybody, 'roster:write', 'tenant:prepare', 'members:manage', 'keys:manage', 'webhooks:manage', 'audit:read']),
  OFFICE: new Set([...everybody, 'roster:write']),
  TEACHER: new Set(everybody),
  READ_ONLY: new Set(everybody),
  // A school's data needs a tenant and a reason besides, and writing its own leave: the school door asks for them.
  superadmin: new Set([...everybody, 'roster:write', 'tenant:prepare', 'audit:read', 'platform']),
  // Never people, keys, sessions or the record of what was done. Besides, a root field must be open to keys (`@ForKeys`), and
  // the key must have its scopes: transport looks at the whole document.
  integrator: new Set(['member', 'roster:read', 'roster:write']),
}

/** Lets the principal pass, or throws UNAUTHENTICATED, SECOND_FACTOR_REQUIRED, TENANT_SUSPENDED or FORBIDDEN. Several permissions: all are needed. */
export function authorize(principal: Principal, wanted: readonly Permission[]): void {
  if (principal.kind === 'visitor')
    throw new Unauthenticated()
  if (wanted.some(permission => permission !== 'account'))
    refuseRestricted(principal)
  const granted = permissions[principal.kind === 'member' ? principal.role : principal.kind]
  const missing = wanted.find(permission => !granted.has(permission))
  if (missing)
    throw new Forbidden(principal.kind === 'integrator' ? `An API key cannot be used for this (${missing}).` : `Your role does not allow this (${missing}).`)
}

/** A superadmin without a second factor, and members of a suspended school, look after their own account and no more. */
function refuseRestricted(principal: Known): void {
  if (principal.kind === 'superadmin' && !principal.secondFactor)
    throw new Forbidden('Set up a second factor first.', { code: 'SECOND_FACTOR_REQUIRED' })
  if (principal.kind === 'member' && principal.suspended)
    throw new Forbidden('This school is suspended.', { code: 'TENANT_SUSPENDED', facts: principal.suspended })
}
