import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

export interface GraphqlError { message: string, path?: (string | number)[], extensions: Record<string, unknown> & { code: string, requestId?: string } }
export interface Answer<Data> { status: number, headers: Headers, data: Data | null | undefined, errors: GraphqlError[] | undefined }

export interface WatchedStatus { status: string, step: string | null, completedSteps: number, totalSteps: number, attempt: number, sequence: number, error: { code: string, message: string } | null }

/** Hears everything a server says: status, headers and body of an answer as one text, and each frame of a socket. */
export type Overhear = (said: string) => void

export interface Line {
  readonly overhear?: Overhear
  /** Where a proxy says that the client is. */
  readonly address?: string
}

/** A plain GraphQL client over HTTP and graphql-transport-ws, as an integrator would have. */
export interface GraphqlClient {
  readonly url: string
  /** The whole answer, errors and all. */
  send: <Data = Record<string, unknown>>(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) => Promise<Answer<Data>>
  /** The data; throws where there are errors. */
  ask: <Data = Record<string, unknown>>(query: string, variables?: Record<string, unknown>) => Promise<Data>
  /** Every value of a subscription until it completes. */
  subscribe: <Data>(query: string, variables?: Record<string, unknown>, params?: Record<string, unknown>) => Promise<Data[]>
  /** The first thing that a subscription says. */
  firstOf: <Data>(query: string) => Promise<Data>
  /** Follows a preparation to its end. */
  watch: (tenantId: string, heard?: (status: WatchedStatus) => void) => Promise<WatchedStatus[]>
  /** The same client with an access token. */
  as: (accessToken: string) => GraphqlClient
}

export function graphqlClient(base: string, accessToken?: string, line: Line = {}): GraphqlClient {
  const authorization = accessToken && `Bearer ${accessToken}`
  const forwarded = forwardedFor(line)
  const webSocketImpl = socketOn(line)
  /** Everything that a subscription says, over a socket of its own; throws what it is refused with. */
  async function* listen<Data>(query: string, variables?: Record<string, unknown>, params: Record<string, unknown> = {}): AsyncGenerator<Data> {
    const socket = createClient({ url: `${base.replace(/^http/, 'ws')}/graphql`, webSocketImpl, retryAttempts: 0, connectionParams: { ...(authorization && { authorization }), ...params } })
    try {
      for await (const result of socket.iterate({ query, variables })) {
        if (result.errors)
          throw Object.assign(new Error(JSON.stringify(result.errors)), { errors: result.errors })
        yield result.data as Data
      }
    }
    catch (refused) {
      // What is refused before it runs comes as a bare list.
      throw Array.isArray(refused) ? Object.assign(new Error(JSON.stringify(refused)), { errors: refused }) : refused
    }
    finally {
      await socket.dispose()
    }
  }

  const client: GraphqlClient = {
    url: base,
    async send<Data>(query: string, variables?: Record<string, unknown>, headers: Record<string, string> = {}) {
      const response = await fetch(`${base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...forwarded, ...(authorization && { authorization }), ...headers },
        body: JSON.stringify({ query, variables }),
      })
      const text = await response.text()
      line.overhear?.([response.status, ...Array.from(response.headers, header => header.join(': ')), text].join('\n'))
      const body = JSON.parse(text) as { data?: Data | null, errors?: GraphqlError[] }
      return { status: response.status, headers: response.headers, data: body.data, errors: body.errors }
    },
    async ask<Data>(query: string, variables?: Record<string, unknown>) {
      const answer = await client.send<Data>(query, variables)
      if (answer.errors || !answer.data)
        throw new Error(JSON.stringify(answer.errors))
      return answer.data
    },
    async subscribe<Data>(query: string, variables?: Record<string, unknown>, params?: Record<string, unknown>) {
      const values: Data[] = []
      for await (const value of listen<Data>(query, variables, params))
        values.push(value)
      return values
    },
    async firstOf<Data>(query: string) {
      const values = listen<Data>(query)
      const { value, done } = await values.next()
      await values.return(undefined)
      if (done)
        throw new Error('The subscription ended without a word.')
      return value
    },
    async watch(tenantId, heard) {
      const socket = createClient({ url: `${base.replace(/^http/, 'ws')}/graphql`, webSocketImpl, retryAttempts: 0, connectionParams: { ...(authorization && { authorization }) } })
      const statuses: WatchedStatus[] = []
      try {
        for await (const { data, errors } of socket.iterate<{ tenantPreparationStatus: WatchedStatus }>({ query: watchStatus, variables: { tenantId } })) {
          if (errors || !data)
            throw new Error(JSON.stringify(errors))
          statuses.push(data.tenantPreparationStatus)
          heard?.(data.tenantPreparationStatus)
        }
        return statuses
      }
      finally {
        await socket.dispose()
      }
    },
    as: token => graphqlClient(base, token, line),
  }
  return client
}

function forwardedFor({ address }: Line): Record<string, string> {
  return address === undefined ? {} : { 'x-forwarded-for': address }
}

function socketOn(line: Line): new (address: string, protocols: string) => WebSocket {
  return class extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { headers: forwardedFor(line) })
      this.on('message', data => line.overhear?.(String(data as Buffer)))
      this.on('close', (_, reason) => line.overhear?.(reason.toString()))
    }
  }
}

const watchStatus = `subscription ($tenantId: ID!) {
  tenantPreparationStatus(tenantId: $tenantId) { status step completedSteps totalSteps attempt sequence error { code message } }
}`
