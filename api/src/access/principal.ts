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
}

/** Who is asking. Role and tenant come from the database, checked against the token. */
export type Principal = Visitor | Member

export const visitor: Visitor = Object.freeze({ kind: 'visitor' })
