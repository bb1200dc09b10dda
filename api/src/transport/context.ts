import type { IncomingMessage } from 'node:http'
import type { Member, Principal } from '../access/principal.ts'
import type { Client } from '../access/request-context.ts'
import type { Schools, TenantAddress } from '../database/school-db.ts'
import type { Log } from '../shared/log.ts'
import { visitor } from '../access/principal.ts'
import { RequestContext } from '../access/request-context.ts'
import { SchoolDoor } from '../access/school-door.ts'
import { resolveTenant } from '../access/tenant-context.ts'
import { Invalid, Unauthenticated } from '../shared/errors.ts'

/** What transport needs to know who asks, and about whom. */
export interface Reception {
  readonly principalOf: (token: string) => Promise<Member>
  readonly findTenantBySlug: (slug: string) => Promise<{ id: string } | null>
  /** Where the tenant's school lives, or why it cannot be entered. */
  readonly admit: (tenantId: string) => Promise<TenantAddress>
  readonly schools: Schools
  readonly baseDomain: string | undefined
  readonly baseUrl: string | undefined
  readonly log: Log
}

/** What an operation brings: from its request, or from its socket's connection. */
export interface Arrival {
  readonly requestId: string
  readonly client: Client
  readonly authorization: readonly string[]
  readonly tenantIds: readonly string[]
  readonly host: string | undefined
}

/** All values of a header, in the order they were sent; Node's own `headers` keeps one of some. */
export function headerValues(request: IncomingMessage, name: string): string[] {
  return request.headersDistinct[name] ?? []
}

/** The context of one operation. A token that is present and bad is 401 before any resolver runs. */
export async function openContext(reception: Reception, arrival: Arrival): Promise<RequestContext> {
  const principal = await principalFrom(reception, arrival.authorization)
  const tenantId = await resolveTenant({ principal, tenantIds: arrival.tenantIds, host: arrival.host }, {
    baseDomain: reception.baseDomain,
    baseUrl: reception.baseUrl,
    findBySlug: reception.findTenantBySlug,
  })
  let log: Log | undefined
  const school = new SchoolDoor(reception.schools, async () => {
    if (!tenantId)
      throw new Invalid('Say which tenant this is about.', { code: 'TENANT_REQUIRED' })
    return reception.admit(tenantId)
  })
  return new RequestContext({
    requestId: arrival.requestId,
    // Made when there is something to say: most operations pass in silence.
    get log() {
      return log ??= reception.log.child({ requestId: arrival.requestId, ...(tenantId && { tenantId }), ...(principal.kind === 'member' && { accountId: principal.accountId }) })
    },
    client: arrival.client,
    principal,
    tenantId,
    school,
  })
}

async function principalFrom(reception: Reception, authorization: readonly string[]): Promise<Principal> {
  if (authorization.length === 0)
    return visitor
  const token = authorization.length === 1 ? /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(authorization[0]!)?.[1] : undefined
  if (!token)
    throw new Unauthenticated('This token is not valid.')
  return reception.principalOf(token)
}
