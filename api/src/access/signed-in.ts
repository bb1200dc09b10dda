import type { Member, Principal, Superadmin } from './principal.ts'
import type { RequestContext } from './request-context.ts'
import { Forbidden, Unauthenticated } from '../shared/errors.ts'

/** Somebody who has signed in: a person, never a key. */
export type SignedIn = Member | Superadmin

/** Who is signed in here; `@Authorized('account')` has let nobody else pass. */
export function signedIn({ principal }: RequestContext): SignedIn {
  if (principal.kind === 'visitor' || principal.kind === 'integrator')
    throw new Unauthenticated()
  return principal
}

/** The member of the school who asks; FORBIDDEN for everybody else. */
export function memberOf(principal: Principal): Member {
  if (principal.kind !== 'member')
    throw new Forbidden('Only members of the school may do this.')
  return principal
}
