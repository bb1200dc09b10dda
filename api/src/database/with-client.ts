import pg from 'pg'

/** Opens one connection, outside all pools, for as long as `fn` takes; rejects with what connecting or `fn` rejected with. */
export async function withClient<T>(target: string | pg.ClientConfig, fn: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(target)
  // A connection that is lost: the statement in flight, or the next one, rejects with the same error.
  client.on('error', () => {})
  try {
    await client.connect()
    return await fn(client)
  }
  finally {
    await client.end().catch(() => {})
  }
}
