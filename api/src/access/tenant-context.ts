import type { Principal } from './principal.ts'
import { Forbidden, Invalid, NotFound } from '../shared/errors.ts'
import { isUuid } from '../shared/uuid.ts'

/** The form of every slug, which is also a label of a host name. */
export const slugForm = /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/

export interface TenantSources {
  readonly principal: Principal
  /** Every `x-tenant-id` of the request, as sent. */
  readonly tenantIds: readonly string[]
  /** The host that was asked for, as sent. */
  readonly host: string | undefined
}

/**
 * Which tenant an operation is about: the token's or the key's, else `x-tenant-id`, else the host. Each source is read alike for
 * requests and sockets; two that disagree are TENANT_MISMATCH, never a choice. Undefined where none names a tenant.
 */
export async function resolveTenant(sources: TenantSources, options: {
  readonly baseDomain: string | undefined
  /** Where people reach Homeroom itself; often below the base domain, and never a school's. */
  readonly baseUrl: string | undefined
  readonly findBySlug: (slug: string) => Promise<{ id: string } | null>
}): Promise<string | undefined> {
  const fromToken = 'tenantId' in sources.principal ? sources.principal.tenantId : undefined
  const fromHeader = tenantIdHeader(sources.tenantIds)
  const hostSlug = options.baseDomain && slugOfHost(sources.host, options.baseDomain, options.baseUrl && new URL(options.baseUrl).hostname)
  let fromHost: string | undefined
  if (hostSlug) {
    fromHost = (await options.findBySlug(hostSlug))?.id
    if (!fromHost)
      throw new NotFound('Tenant', { code: 'TENANT_NOT_FOUND' })
  }
  const named = [fromToken, fromHeader, fromHost].filter(id => id !== undefined)
  if (new Set(named).size > 1)
    throw new Forbidden('Token, x-tenant-id and host name different schools.', { code: 'TENANT_MISMATCH' })
  return named[0]
}

function tenantIdHeader(values: readonly string[]): string | undefined {
  if (values.length === 0)
    return undefined
  const value = values[0]!
  if (values.length > 1 || !isUuid(value))
    throw new Invalid('x-tenant-id must be one tenant id: a uuid in lower case.')
  return value
}

// A name or an address and perhaps a port: no credentials, paths or letters beyond ASCII. The underscore is for container names.
const hostForm = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i

/** The slug in `<slug>.<base domain>`; undefined for every host that is not below the base domain, and for our own. */
export function slugOfHost(host: string | undefined, baseDomain: string, ownHost?: string): string | undefined {
  if (host !== undefined && !hostForm.test(host))
    throw new Invalid('This host name cannot be read.')
  const name = (host ?? '').toLowerCase().replace(/:\d{1,5}$/, '').replace(/\.$/, '')
  if (name === '' || name === baseDomain || name === ownHost || !name.endsWith(`.${baseDomain}`))
    return undefined
  const label = name.slice(0, -baseDomain.length - 1)
  if (!slugForm.test(label))
    throw new Invalid('This host names no school.')
  return label
}
