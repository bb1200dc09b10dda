import type { ApolloClient } from '@apollo/client'
import type { App, InjectionKey } from 'vue'
import type { Socket } from './socket.ts'
import type { Tokens } from './tokens.ts'
import { inject } from 'vue'

/** `tokens` for what is asked for without Apollo. */
interface Provided { client: ApolloClient, socket: Socket, tokens: Tokens }
const key: InjectionKey<Provided> = Symbol('apollo')

export function provideApollo(app: App, provided: Provided) {
  app.provide(key, provided)
}

export function useApollo(): Provided {
  const provided = inject(key)
  if (!provided)
    throw new Error('useApollo: the app was started without provideApollo')
  return provided
}
