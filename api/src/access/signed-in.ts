import type { Principal } from './principal.ts'
import type { RequestContext } from './request-context.ts'
import { Unauthenticated } from '../shared/errors.ts'

/** Somebody who has signed in. */
export type SignedIn = Exclude<Principal, { kind: 'visitor' }>

/** Who is signed in here; `@Authorized('account')` has let nobody else pass. */
export function signedIn({ principal }: RequestContext): SignedIn {
  if (principal.kind === 'visitor')
    throw new Unauthenticated()
  return principal
}
