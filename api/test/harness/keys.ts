import type { GraphqlClient } from './client.ts'
import { scopes } from '../../src/access/scopes.ts'

export const everyScope = scopes.map(({ name }) => name)

export interface TestKey { readonly id: string, readonly token: string, readonly prefix: string, readonly client: GraphqlClient }

/** A key that an admin makes; its client acts as a program would. */
export async function makeKey(admin: GraphqlClient, scopes: readonly string[], more: Record<string, unknown> = {}): Promise<TestKey> {
  const { createApiKey: { key, token } } = await admin.ask<{ createApiKey: { key: { id: string, prefix: string }, token: string } }>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { token key { id prefix } } }',
    { input: { name: 'A timetable', scopes, ...more } },
  )
  return { ...key, token, client: admin.as(token) }
}
