import { randomBytes } from 'node:crypto'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

export const password = 'correct horse battery staple'

export interface SignedUp { readonly tenantId: string, readonly accessToken: string }

const createTenant = `mutation ($input: CreateTenantInput!) {
  createTenant(input: $input) { tenant { id name slug preparation { status sequence } } session { accessToken expiresAt viewer { id name role } } }
}`
const watchStatus = `subscription ($tenantId: ID!) {
  tenantPreparationStatus(tenantId: $tenantId) { tenantId status step completedSteps totalSteps attempt maxAttempts error { code message } startedAt completedAt sequence }
}`

/** Signs a school up with the fields that the registration view asks for. */
export async function signUp(url: string): Promise<SignedUp> {
  // The slug's look decides whether it is taken: letters that cannot be mistaken for each other.
  const slug = `bench-${randomBytes(8).toString('hex').replaceAll(/\d/g, digit => 'ghkpqtwxyz'[Number(digit)]!)}`
  const input = { name: `School ${slug}`, slug, timeZone: 'Europe/Zurich', admin: { name: 'Alex Head', email: `head@${slug}.example`, password } }
  const answer = await ask<{ createTenant: { tenant: { id: string }, session: { accessToken: string } } }>(url, createTenant, { input })
  return { tenantId: answer.createTenant.tenant.id, accessToken: answer.createTenant.session.accessToken }
}

export async function ask<Data>(url: string, query: string, variables: Record<string, unknown>, accessToken?: string): Promise<Data> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accessToken && { authorization: `Bearer ${accessToken}` }) },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json() as { data?: Data, errors?: unknown }
  if (!data || errors)
    throw new Error(JSON.stringify(errors))
  return data
}

export interface StatusSocket {
  /** Resolves when the school is READY, as this socket hears it. */
  ready: (tenantId: string) => Promise<void>
  /** Every status of the tenant, from now on. */
  watch: (tenantId: string, heard: (status: { status: string, sequence: number }) => void) => Promise<void>
  close: () => Promise<void>
}

/** A visitor's socket, connected before anybody signs up on it. */
export async function openSocket(url: string): Promise<StatusSocket> {
  const connected = Promise.withResolvers<void>()
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    on: { connected: () => connected.resolve(), error: connected.reject },
    onNonLazyError: connected.reject,
  })
  await connected.promise
  const watch: StatusSocket['watch'] = (tenantId, heard) => new Promise((resolve, reject) => {
    client.subscribe<{ tenantPreparationStatus: { status: string, sequence: number } }>({ query: watchStatus, variables: { tenantId } }, {
      next: ({ data, errors }) => data ? heard(data.tenantPreparationStatus) : reject(new Error(JSON.stringify(errors))),
      error: reject,
      complete: resolve,
    })
  })
  return {
    watch,
    ready: tenantId => new Promise((resolve, reject) => {
      watch(tenantId, ({ status }) => {
        if (status === 'READY')
          resolve()
      }).then(() => reject(new Error(`The school ${tenantId} did not become READY.`)), reject)
    }),
    close: async () => { await client.dispose() },
  }
}
