import type { MemberRole, Principal } from './principal.ts'
import { Forbidden, Unauthenticated } from '../shared/errors.ts'

/** What a field may ask for with `@Authorized(...)`. `member` is anyone who is signed in to a tenant. */
export type Permission = 'member' | 'tenant:prepare' | 'roster:read' | 'roster:write'

const everybody: readonly Permission[] = ['member', 'roster:read']
const permissions: Readonly<Record<MemberRole, ReadonlySet<Permission>>> = {
  ADMIN: new Set([...everybody, 'roster:write', 'tenant:prepare']),
  OFFICE: new Set([...everybody, 'roster:write']),
  TEACHER: new Set(everybody),
  READ_ONLY: new Set(everybody),
}

/** Lets the principal pass, or throws UNAUTHENTICATED or FORBIDDEN. Several permissions: all are needed. */
export function authorize(principal: Principal, wanted: readonly Permission[]): void {
  if (principal.kind === 'visitor')
    throw new Unauthenticated()
  const missing = wanted.find(permission => !permissions[principal.role].has(permission))
  if (missing)
    throw new Forbidden(`Your role does not allow this (${missing}).`)
}
