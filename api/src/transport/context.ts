import type { IncomingMessage } from 'node:http'
import type { Charge } from '../access/charge.ts'
import type { Integrator, Known, Principal, Standing, Superadmin } from '../access/principal.ts'
import type { Client } from '../access/request-context.ts'
import type { RefusedKey } from '../access/served-request.ts'
import type { Schools, TenantAddress } from '../database/school-db.ts'
import type { Log } from '../shared/log.ts'
import type { Change, Trail } from '../shared/trail.ts'
import type { NoteRequest } from './request-notes.ts'
import { visitor } from '../access/principal.ts'
import { RequestContext, trailOf } from '../access/request-context.ts'
import { SchoolDoor } from '../access/school-door.ts'
import { resolveTenant } from '../access/tenant-context.ts'
import { ExpectedError, Forbidden, Invalid, Unauthenticated } from '../shared/errors.ts'
import { refusedNote } from './request-notes.ts'

/** What transport needs to know who asks, and about whom. */
export interface Reception {
  /** Who shows this access token or API key, from which address; UNAUTHENTICATED for every other string. */
  readonly recognise: (token: string, address: string) => Promise<Recognised | { readonly refused: RefusedKey }>
  /** Who is behind each of these sessions and keys now, by its id; those that have ended are left out. */
  readonly standings: (asked: readonly Known[]) => Promise<ReadonlyMap<string, Standing>>
  readonly findTenantBySlug: (slug: string) => Promise<{ id: string } | null>
  /** Where the tenant's school lives, or why it cannot be entered. */
  readonly admit: (tenantId: string) => Promise<TenantAddress>
  readonly schools: Schools
  /** Puts a superadmin's access to a school on record; resolves when that is committed. */
  readonly recordAccess: (tenantId: string, access: Change, trail: Trail) => Promise<void>
  /** Takes points from the buckets of a key and of its school; undefined where limits are off. */
  readonly charge: (who: Integrator, points: number) => Promise<Charge | undefined>
  /** Takes down what a key asked for. */
  readonly noteRequest: NoteRequest
  /** The same for a key that was turned away before its request was read. */
  readonly noteRefusal: NoteRequest
  readonly baseDomain: string | undefined
  readonly baseUrl: string | undefined
  readonly log: Log
}

export interface Recognised {
  readonly principal: Principal
  /** As `Reception.admit` for the principal's own tenant, of what has been read with them. */
  readonly admit?: () => TenantAddress
}

/** What an operation brings: from its request, or from its socket's connection. */
export interface Arrival {
  readonly requestId: string
  readonly client: Client
  readonly authorization: readonly string[]
  readonly tenantIds: readonly string[]
  /** Every `x-access-reason` and `x-access-mode`; they count for superadmins only. */
  readonly accessReasons: readonly string[]
  readonly accessModes: readonly string[]
  /** Every `idempotency-key`; a socket has none. */
  readonly idempotencyKeys: readonly string[]
  readonly host: string | undefined
}

/** All values of a header, in the order they were sent; Node's own `headers` keeps one of some. */
export function headerValues(request: IncomingMessage, name: string): string[] {
  return request.headersDistinct[name] ?? []
}

/** A header whose text may go beyond ASCII: its bytes are UTF-8, and reach us as Latin-1. */
export function headerTexts(request: IncomingMessage, name: string): string[] {
  return headerValues(request, name).map(value => Buffer.from(value, 'latin1').toString('utf8'))
}

/** The context of one operation. A token that is present and bad is 401 before any resolver runs. */
export async function openContext(reception: Reception, arrival: Arrival): Promise<RequestContext> {
  const { principal, admit } = await recognise(reception, arrival)
  const tenantId = await resolveTenant({ principal, tenantIds: arrival.tenantIds, host: arrival.host }, {
    baseDomain: reception.baseDomain,
    baseUrl: reception.baseUrl,
    findBySlug: reception.findTenantBySlug,
  }).catch((error: unknown) => {
    if (principal.kind === 'integrator' && error instanceof ExpectedError)
      reception.noteRefusal(refusedNote(principal, null, error, whence(arrival)))
    throw error
  })
  const access = principal.kind === 'superadmin' ? readAccess(arrival) : undefined
  const trail = trailOf(principal, arrival.requestId)
  const context: RequestContext = new RequestContext({
    requestId: arrival.requestId,
    openLog: () => reception.log.child({ requestId: arrival.requestId, ...(tenantId && { tenantId }), ...(principal.kind !== 'visitor' && whoseLog(principal)) }),
    client: arrival.client,
    idempotencyKeys: arrival.idempotencyKeys,
    principal,
    tenantId,
    ...(principal.kind === 'integrator' && { charge: (points: number) => reception.charge(principal, points) }),
    school: new SchoolDoor(reception.schools, {
      mayWrite: access ? access.mode === 'write' : true,
      trail,
      async admit() {
        const tenant = admit ? admit() : await reception.admit(context.requireTenantId())
        if (principal.kind === 'superadmin')
          await recordAccess(reception, principal, access!, tenant.id, context.operationName, trail)
        return tenant
      },
    }),
  })
  return context
}

interface Access { readonly reason: string | undefined, readonly mode: 'read' | 'write' }

/** How a superadmin asks for a school. Both are checked before anything runs; the reason is needed at the school's door. */
function readAccess(arrival: Arrival): Access {
  const [sent, ...others] = arrival.accessReasons
  const reason = sent?.trim()
  if (others.length > 0 || (reason !== undefined && (reason.length < 10 || reason.length > 500)))
    throw new Invalid('x-access-reason must be one sentence of 10 to 500 characters.')
  const mode = arrival.accessModes[0] ?? 'read'
  if (arrival.accessModes.length > 1 || (mode !== 'read' && mode !== 'write'))
    throw new Invalid('x-access-mode must be `read` or `write`.')
  return { reason, mode }
}

/** On record before the first row of the school is read; what cannot be recorded does not happen. */
async function recordAccess(reception: Reception, superadmin: Superadmin, { reason, mode }: Access, tenantId: string, operation: string, trail: Trail): Promise<void> {
  if (!superadmin.secondFactor)
    throw new Forbidden('Set up a second factor first.', { code: 'SECOND_FACTOR_REQUIRED' })
  if (!reason)
    throw new Invalid('Say why you need this school: x-access-reason, 10 to 500 characters.', { code: 'ACCESS_REASON_REQUIRED' })
  await reception.recordAccess(tenantId, { action: 'superadmin.access', subject: { type: 'tenant', id: tenantId }, details: { reason, mode, operation } }, trail)
}

/** Whose an operation is, as logs say it. */
export function whoseLog(who: Known): { accountId: string } | { keyId: string } {
  return who.kind === 'integrator' ? { keyId: who.keyId } : { accountId: who.accountId }
}

async function recognise(reception: Reception, arrival: Arrival): Promise<Recognised> {
  const { authorization, client } = arrival
  if (authorization.length === 0)
    return { principal: visitor }
  const token = authorization.length === 1 ? /^Bearer ([\w-]+(?:\.[\w-]+\.[\w-]+)?)$/.exec(authorization[0]!)?.[1] : undefined
  if (!token)
    throw new Unauthenticated('This token is not valid.')
  const recognised = await reception.recognise(token, client.address)
  if (!('refused' in recognised))
    return recognised
  const { refused } = recognised
  reception.noteRefusal(refusedNote(refused, refused.why, refused.error, whence(arrival)))
  throw refused.error
}

const whence = ({ requestId, client }: Arrival) => ({ requestId, address: client.address })
