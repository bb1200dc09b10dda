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
}
