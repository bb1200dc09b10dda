/** Who does something, and in which request: what is kept of every change. */
export interface Trail {
  readonly actor: Actor
  readonly requestId?: string
}

export interface Actor {
  readonly kind: 'visitor' | 'member' | 'superadmin' | 'integrator' | 'system'
  /** The account, or the key of an integrator; undefined for visitors and the system. */
  readonly id?: string
}

/** A change in words that stay: `action` is `<thing>.<past participle>`, `details` never hold a person's data. */
export interface Change {
  readonly action: string
  readonly subject: { readonly type: string, readonly id?: string }
  readonly details?: Readonly<Record<string, unknown>>
}

/** A change of one of a school's records: which version of it this made, and by which change of the school. */
export interface RecordChange extends Change {
  readonly subject: { readonly type: string, readonly id: string, readonly version: number, readonly changed: number }
}

/** What the system does on its own account, outside any request. */
export const bySystem: Trail = { actor: { kind: 'system' } }
