import type { ExpectedError } from '../shared/errors.ts'

/** Why a key was turned away before anything of its request was read. `SCHOOL_CLOSED`: suspended, or put away. */
export const keyRefusals = ['REVOKED', 'EXPIRED', 'ADDRESS', 'SCHOOL_CLOSED'] as const
export type KeyRefusal = typeof keyRefusals[number]

/** A key that somebody has whole and that is turned away all the same: whose it is, why, and what is answered. */
export interface RefusedKey { readonly keyId: string, readonly tenantId: string, readonly why: KeyRefusal, readonly error: ExpectedError }

/** What one API key asked for and how it went; of variables their names and types alone. */
export interface ServedRequest {
  readonly tenantId: string
  readonly keyId: string
  readonly at: Date
  readonly kind: 'query' | 'mutation' | 'subscription' | 'none'
  /** The root field, as the schema names it. */
  readonly operation: string
  /** What the client calls the operation. */
  readonly operationName: string | null
  readonly status: number
  /** The code of the first error. */
  readonly code: string | null
  /** In points. */
  readonly cost: number
  readonly durationMs: number
  readonly requestId: string
  readonly variables: Readonly<Record<string, string>>
  readonly address: string
  /** How often: refusals that come again and again are told together. */
  readonly times: number
  readonly refusal: KeyRefusal | null
  /** What it uses that will go, as coordinates of the schema: `Class.title`. */
  readonly deprecated: readonly string[]
  /** Whether an ADMIN of the school asked in the explorer, as this key. */
  readonly fromExplorer: boolean
}
