import pg from 'pg'

/** One plain statement, committed at once. */
export type Ask = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>

/** A few connections of a worker, for what is to be committed apart from its jobs. */
export function openOwnerPool(options: { readonly ownerUrl: string, readonly name: string, readonly max: number, readonly lost: (error: Error) => void }): { ask: Ask, close: () => Promise<void> } {
  const pool = new pg.Pool({ connectionString: options.ownerUrl, application_name: options.name, max: options.max, connectionTimeoutMillis: 5_000 })
  pool.on('error', options.lost)
  return {
    ask: async <Row>(text: string, values: readonly unknown[] = []) => (await pool.query(text, [...values])).rows as Row[],
    close: () => pool.end(),
  }
}
