import type { GraphiQLProps } from 'graphiql'
import type { Socket } from '../../apollo/socket.ts'
import type { Tokens } from '../../apollo/tokens.ts'
import type { Standing } from './standing.ts'
import { getOperationAST, parse } from 'graphql'
import { claimed, headersOf } from './standing.ts'

type Fetcher = GraphiQLProps['fetcher']
type Operation = Parameters<Fetcher>[0]

export interface FetcherWords {
  signedOut: string
  offline: string
  readingOnly: string
  setInBar: (names: string) => string
  noAnswer: (status: number) => string
  socketClosed: (code: number, reason: string) => string
}

interface Options {
  uri: string
  tokens: Pick<Tokens, 'fresh' | 'renew'>
  standing: () => Standing
  socket: () => Pick<Socket, 'client'>
  /** The session is over and cannot be renewed. */
  signedOut: () => void
  words: FetcherWords
}

const failure = (message: string) => ({ errors: [{ message }] })

/** How the editor's operations reach the server: as the bar says, and in no other way. */
export function createFetcher({ uri, tokens, standing, socket, signedOut, words }: Options): Fetcher {
  function post(operation: Operation, headers: Record<string, string>, token: string) {
    return fetch(uri, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { ...headers, 'content-type': 'application/json', 'authorization': `Bearer ${token}` },
      body: JSON.stringify(operation),
    })
  }

  async function send(operation: Operation, headers: Record<string, string>) {
    const token = await tokens.fresh()
    let answer = token ? await post(operation, headers, token) : undefined
    if (!answer || answer.status === 401) {
      const renewed = await tokens.renew()
      if (!renewed) {
        signedOut()
        return failure(words.signedOut)
      }
      answer = await post(operation, headers, renewed)
    }
    const body: unknown = await answer.json().catch(() => undefined)
    return typeof body === 'object' && body !== null ? body : failure(words.noAnswer(answer.status))
  }

  const follow = (operation: Operation) => ({
    subscribe: (observer: { next: (value: object) => void, error: (error: unknown) => void, complete: () => void }) => ({
      unsubscribe: socket().client.subscribe(operation, {
        next: observer.next,
        complete: observer.complete,
        error: error => observer.error(error instanceof CloseEvent ? { message: words.socketClosed(error.code, error.reason) } : error),
      }),
    }),
  })

  return (async (operation, { headers = {} } = {}) => {
    const taken = claimed(headers)
    if (taken.length > 0)
      return failure(words.setInBar(taken.join(', ')))
    const kind = kindOf(operation)
    // Looked at once: what is refused or let through here is what is sent, whatever the bar says a moment later.
    const now = standing()
    // The server refuses it for a school; records of the platform know no such switch.
    if (kind === 'mutation' && !now.writing)
      return failure(words.readingOnly)
    try {
      return kind === 'subscription' ? follow(operation) : await send(operation, { ...headers, ...headersOf(now) })
    }
    catch {
      return failure(words.offline)
    }
  }) as Fetcher
}

/** Nothing, where the document cannot be read: the server says why, and runs none of it. */
function kindOf({ query, operationName }: Operation): string | undefined {
  try {
    return getOperationAST(parse(query), operationName)?.operation
  }
  catch {
    return undefined
  }
}
