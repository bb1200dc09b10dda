import type { GraphiQLProps } from 'graphiql'
import type { Socket } from '../../apollo/socket.ts'
import type { Tokens } from '../../apollo/tokens.ts'
import { getOperationAST, parse } from 'graphql'

type Fetcher = GraphiQLProps['fetcher']
type Operation = Parameters<Fetcher>[0]
export type Kind = 'query' | 'mutation' | 'subscription'

export interface FetcherWords {
  signedOut: string
  offline: string
  noAnswer: (status: number) => string
  socketClosed: (code: number, reason: string) => string
}

export interface Refusal { message: string, extensions?: { code?: string, scope?: string, missing?: string[] } }

interface Options {
  uri: string
  tokens: Pick<Tokens, 'fresh' | 'renew'>
  /**
   * What an operation carries beside its token and the headers of the editor, or in words why it is not sent. Asked once
   * for each, so that what is let through is what is sent, whatever the bar says a moment later. An operation that cannot
   * be read has no kind: the server says why.
   */
  admit: (kind: Kind | undefined, headers: Readonly<Record<string, unknown>>) => Record<string, string> | string
  socket: () => Pick<Socket, 'client'>
  /** The session is over and cannot be renewed. */
  signedOut: () => void
  /** What an answer, or a subscription, is refused with; empty where it is not. */
  heard?: (refusals: readonly Refusal[]) => void
  words: FetcherWords
}

const failure = (message: string) => ({ errors: [{ message }] })

/** How the editor's operations reach the server: as the bar says, and in no other way. */
export function createFetcher({ uri, tokens, admit, socket, signedOut, heard = () => {}, words }: Options): Fetcher {
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
    if (typeof body !== 'object' || body === null)
      return failure(words.noAnswer(answer.status))
    heard((body as { errors?: Refusal[] }).errors ?? [])
    return body
  }

  const follow = (operation: Operation) => ({
    subscribe: (observer: { next: (value: object) => void, error: (error: unknown) => void, complete: () => void }) => ({
      unsubscribe: socket().client.subscribe(operation, {
        next: observer.next,
        complete: observer.complete,
        error(error) {
          if (Array.isArray(error))
            heard(error as Refusal[])
          observer.error(error instanceof CloseEvent ? { message: words.socketClosed(error.code, error.reason) } : error)
        },
      }),
    }),
  })

  return (async (given, { headers = {} } = {}) => {
    const { operation, kind } = asWritten(given)
    const carried = admit(kind, headers)
    if (typeof carried === 'string')
      return failure(carried)
    try {
      return kind === 'subscription' ? follow(operation) : await send(operation, { ...headers, ...carried })
    }
    catch {
      return failure(words.offline)
    }
  }) as Fetcher
}

/**
 * The editor reads the name of an operation a moment after its text: who is quick sends a text with the name of the last
 * one, which is left out. A document that cannot be read has no kind: the server says why, and runs none of it.
 */
function asWritten(given: Operation): { operation: Operation, kind?: Kind | undefined } {
  try {
    const document = parse(given.query)
    const named = getOperationAST(document, given.operationName)
    const { operationName: _, ...nameless } = given
    return named ? { operation: given, kind: named.operation } : { operation: nameless, kind: getOperationAST(document)?.operation }
  }
  catch {
    return { operation: given }
  }
}
