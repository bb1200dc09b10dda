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

/** Who is asking. Role and tenant come from the database, checked against the token. */
export type Principal = Visitor | Member | Superadmin

/** Who is behind a session now, whichever of its tokens is shown. */
export type Standing = Omit<Member, 'expiresAt'> | Omit<Superadmin, 'expiresAt'>

export const visitor: Visitor = Object.freeze({ kind: 'visitor' })
