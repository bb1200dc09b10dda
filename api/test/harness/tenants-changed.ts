import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

export interface TenantsChanged { tenants: { id: string, slug: string, lifecycle: string, preparation: { status: string }, operations: { schemaVersion: number | null, setAsideCode: string | null } }[], goneIds: string[], reload: boolean }

/** What is told of tenants over one socket. */
export interface Telling {
  /** Everything told so far, with when it came. */
  readonly messages: readonly (TenantsChanged & { readonly at: number })[]
  /** Resolves when a message like this has been told, or was before. */
  readonly told: (like: (message: TenantsChanged) => boolean) => Promise<TenantsChanged>
  /** Resolves when the server has let go of it. */
  readonly stop: () => Promise<void>
}

const everything = 'subscription { tenantsChanged { tenants { id slug lifecycle preparation { status } operations { schemaVersion setAsideCode } } goneIds reload } }'

/** Follows all tenants as a superadmin. Only what happens after its first message is sure to be told. */
export async function followTenants(url: string, accessToken: string, query = everything): Promise<Telling> {
  const connected = Promise.withResolvers<void>()
  const socket = createClient({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, lazy: false, retryAttempts: 0, connectionParams: { authorization: `Bearer ${accessToken}` }, on: { connected: () => connected.resolve() }, onNonLazyError: connected.reject })
  await connected.promise
  const messages: (TenantsChanged & { at: number })[] = []
  const waiting = new Set<() => void>()
  const ended = Promise.withResolvers<void>()
  const stop = socket.subscribe<{ tenantsChanged: TenantsChanged }>({ query }, {
    next: ({ data, errors }) => {
      if (errors || !data)
        return ended.reject(new Error(JSON.stringify(errors)))
      messages.push({ ...data.tenantsChanged, at: performance.now() })
      waiting.forEach(look => look())
    },
    error: ended.reject,
    complete: ended.resolve,
  })
  return {
    messages,
    told: like => new Promise((resolve, reject) => {
      const look = () => {
        const found = messages.find(message => like(message))
        if (found) {
          waiting.delete(look)
          resolve(found)
        }
      }
      waiting.add(look)
      look()
      ended.promise.catch(reject)
    }),
    async stop() {
      stop()
      await ended.promise
      await socket.dispose()
    },
  }
}
