import type { Client } from 'graphql-ws'
import type { App, InjectionKey } from 'vue'
import type { Tokens } from './tokens.ts'
import { CloseCode, createClient } from 'graphql-ws'
import { inject } from 'vue'
import { lasting } from './socket.ts'

/** A socket on which nothing is asked: the server closes it when what its holder may do has changed. */
export interface Presence { begin: () => void, end: () => void }

/** `changed` is called when it was closed for that, and whenever it is open anew: what happened meanwhile nobody heard. */
export function createPresence(url: string, tokens: Pick<Tokens, 'fresh'>, changed: () => void): Presence {
  let client: Client | undefined
  return {
    begin() {
      client ??= createClient({
        ...lasting(url, tokens),
        lazy: false,
        // Without it the page hears of a change with its next request.
        onNonLazyError: () => {},
        on: {
          connected: changed,
          closed: (event) => {
            if ((event as CloseEvent).code === CloseCode.Forbidden)
              changed()
          },
        },
      })
    },
    end() {
      void client?.dispose()
      client = undefined
    },
  }
}

const key: InjectionKey<Presence> = Symbol('presence')

export function providePresence(app: App, presence: Presence) {
  app.provide(key, presence)
}

export function useOwnPresence(): Presence {
  const presence = inject(key)
  if (!presence)
    throw new Error('useOwnPresence: the app was started without providePresence')
  return presence
}
