import type { FastifyInstance } from 'fastify'

/** What must be so for this process to do its work, by name. Rejecting means that it is not. */
export type Checks = Readonly<Record<string, () => boolean | Promise<boolean>>>

/** What one look found: for each check whether it holds. */
export type Health = Readonly<Record<string, boolean>>

/** How long a check may take before it counts as failed. */
const patienceMs = 2_500

/** When to ask again, in seconds. */
const askAgainIn = 5

/** Looks at all checks; whoever asks while somebody else does gets the same answer. */
export function healthOf(checks: Checks): () => Promise<Health> {
  let looking: Promise<Health> | undefined
  return () => looking ??= look(checks).finally(() => { looking = undefined })
}

async function look(checks: Checks): Promise<Health> {
  return Object.fromEntries(await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await holds(check)] as const)))
}

async function holds(check: Checks[string]): Promise<boolean> {
  let impatient: NodeJS.Timeout | undefined
  try {
    const late = new Promise<boolean>((resolve) => { impatient = setTimeout(resolve, patienceMs, false) })
    return await Promise.race([late, (async () => check())()])
  }
  catch {
    return false // why is in the log of whoever works with it; here it would be told to anybody
  }
  finally {
    clearTimeout(impatient)
  }
}

/** `/livez`: the process answers. `/readyz`: it can do its work, check by check, and is not about to stop. */
export function serveProbes(server: FastifyInstance, options: { readonly health: () => Promise<Health>, readonly draining: () => boolean }): void {
  server.get('/livez', async (_, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
  server.get('/readyz', async (_, reply) => {
    void reply.header('cache-control', 'no-store')
    const health = options.draining() ? {} : await options.health()
    // Asked again: the signal may have come while it looked.
    const status = options.draining() ? 'stopping' : Object.values(health).every(Boolean) ? 'ok' : 'unavailable'
    if (status !== 'ok')
      void reply.code(503).header('retry-after', String(askAgainIn))
    return reply.send({ status, checks: Object.fromEntries(Object.entries(health).map(([name, ok]) => [name, ok ? 'ok' : 'failed'])) })
  })
}
