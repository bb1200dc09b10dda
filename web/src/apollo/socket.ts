import type { Client, ClientOptions } from 'graphql-ws'
import type { Ref } from 'vue'
import type { Tokens } from './tokens.ts'
import { createClient } from 'graphql-ws'
import { ref } from 'vue'

/** idle: nobody listens. lost: it was or should be there, and is being tried again. */
export type SocketState = 'idle' | 'connecting' | 'connected' | 'lost'
export interface Socket { client: Client, state: Ref<SocketState> }

const PONG_WITHIN = 5_000

/** 0.3 s, 0.6 s, … at most 10 s, half of it by chance: a restarted server is not met by everyone at once. */
export function backOff(attempt: number, random = Math.random) {
  const ceiling = Math.min(10_000, 300 * 2 ** attempt)
  return ceiling / 2 + random() * ceiling / 2
}

/** Tries for ever, sooner where the network is back, and says who it is each time. `more`: what the connection carries beside the token. */
export function lasting(url: string, tokens: Pick<Tokens, 'fresh'>, more: () => Record<string, string> = () => ({})) {
  return {
    url,
    connectionAckWaitTimeout: 5_000,
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: (attempt: number) => new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, backOff(attempt))
      addEventListener('online', () => {
        clearTimeout(timer)
        resolve()
      }, { once: true })
    }),
    connectionParams: async () => {
      const token = await tokens.fresh()
      return token ? { ...more(), authorization: `Bearer ${token}` } : {}
    },
  } satisfies ClientOptions
}

export function createSocket(url: string, tokens: Pick<Tokens, 'fresh'>, more?: () => Record<string, string>): Socket {
  const state = ref<SocketState>('idle')
  let pongTimer: ReturnType<typeof setTimeout> | undefined
  const endOffline = () => client.terminate()

  const client: Client = createClient({
    ...lasting(url, tokens, more),
    lazy: true,
    on: {
      connecting: isRetry => state.value = isRetry ? 'lost' : 'connecting',
      connected: () => {
        state.value = 'connected'
        // Said at once: a ping that nobody answers would tell it up to fifteen seconds later.
        addEventListener('offline', endOffline)
      },
      closed: (event) => {
        clearTimeout(pongTimer)
        removeEventListener('offline', endOffline)
        state.value = (event as CloseEvent).code === 1000 ? 'idle' : 'lost'
      },
      // A half-open connection answers no ping: end it, so that it is opened anew.
      ping: (received) => {
        if (!received)
          pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN)
      },
      pong: (received) => {
        if (received)
          clearTimeout(pongTimer)
      },
    },
  })
  return { client, state }
}
