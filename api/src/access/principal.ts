import type { Scope } from './scopes.ts'

/** A member's role in one tenant. */
export const memberRoles = ['ADMIN', 'OFFICE', 'TEACHER', 'READ_ONLY'] as const
export type MemberRole = typeof memberRoles[number]

export interface Visitor { readonly kind: 'visitor' }

export interface Member {
  readonly kind: 'member'
  readonly accountId: string
  readonly sessionId: string
  readonly tenantId: string
  readonly role: MemberRole
  /** The operator has suspended the school: who is signed in may see that and why, and nothing else of it. */
  readonly suspended: false | { readonly reason: string | null }
  /** When the access token ends. */
  readonly expiresAt: Date
}

/** An account of the platform's operator; belongs to no tenant and names one, with a reason, to see a school's data. */
export interface Superadmin {
  readonly kind: 'superadmin'
  readonly accountId: string
  readonly sessionId: string
  readonly email: string
  /** Without a second factor there is nothing this session may do but enrol one. */
  readonly secondFactor: boolean
  /** When the access token ends. */
  readonly expiresAt: Date
}

/** A program that shows an API key of one tenant. It is nobody's account: what it may do is what its key says. */
export interface Integrator {
  readonly kind: 'integrator'
  readonly keyId: string
  readonly tenantId: string
  readonly scopes: ReadonlySet<Scope>
  /** When the key ends; null for one that is good until it is revoked. */
  readonly expiresAt: Date | null
  /** The school's ADMIN who tries this key out in the explorer; nobody where the program itself asks. */
  readonly explorer?: Explorer
}

export interface Explorer {
  readonly accountId: string
  readonly sessionId: string
  /** Whether the key's scopes to write are among its scopes here. */
  readonly writing: boolean
}

/** Whoever has proved who they are. */
export type Known = Member | Superadmin | Integrator

/** Who is asking. Role, scopes and tenant come from the database, checked against what was shown. */
export type Principal = Visitor | Known

/** Who is behind a session now, whichever of its tokens is shown. */
export type PersonStanding = Omit<Member, 'expiresAt'> | Omit<Superadmin, 'expiresAt'>

/** Who is behind a session or a key now. */
export type Standing = PersonStanding | Integrator

/** The session or the key by which somebody is known; of who explores with a key, both, for as long as that lasts. */
export function credentialOf(who: Known | Standing): string {
  if (who.kind !== 'integrator')
    return who.sessionId
  return who.explorer ? JSON.stringify([who.keyId, who.explorer, who.expiresAt]) : who.keyId
}

/** Whether news of an account, a key or a school may be news of somebody. */
export function concerns(news: { readonly accountId?: string | undefined, readonly keyId?: string | undefined, readonly tenantId?: string | undefined }, who: Known): boolean {
  const accountId = who.kind === 'integrator' ? who.explorer?.accountId : who.accountId
  const keyId = who.kind === 'integrator' ? who.keyId : undefined
  const tenantId = 'tenantId' in who ? who.tenantId : undefined
  return [[accountId, news.accountId], [keyId, news.keyId], [tenantId, news.tenantId]].some(([own, told]) => own !== undefined && own === told)
}

/** Whose they are, as logs and the audit record name it: an account, or a key. */
export function idOf(who: Known): string {
  return who.kind === 'integrator' ? who.keyId : who.accountId
}

export const visitor: Visitor = Object.freeze({ kind: 'visitor' })
