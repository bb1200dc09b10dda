import type { GraphqlClient } from '../../test/harness/client.ts'
import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../../test/harness/client.ts'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { createTenant, signUpInput } from '../../test/harness/sign-up.ts'

let homeroom: TestHomeroom

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false, config: { rateLimits: true } })
})
afterAll(() => homeroom?.stop())

const wrong = () => ({ email: `${randomUUID()}@nobody.example`, password: 'a wrong guess' })
const tries: Record<string, { allowed: number, one: (client: GraphqlClient) => ReturnType<GraphqlClient['send']> }> = {
  'sign-up': { allowed: 20, one: client => client.send(createTenant, { input: { ...signUpInput('oakfield'), slug: 'No slug' } }) },
  'sign-in': { allowed: 60, one: client => client.send('mutation ($input: SignInInput!) { signIn(input: $input) { expiresAt } }', { input: wrong() }) },
  'refreshing': { allowed: 300, one: client => client.send('mutation { refreshSession { expiresAt } }') },
  'asking for a status': { allowed: 600, one: client => client.send('query ($id: ID) { tenantPreparationStatus(tenantId: $id) { status } }', { id: randomUUID() }) },
  'asking for a slug': { allowed: 120, one: client => client.send('{ slugAvailability(slug: "oakfield") { available } }') },
}

test.each(Object.entries(tries))('%s is counted beyond a restart', async (_, { allowed, one }) => {
  const api = await homeroom.startApi()
  const client = graphqlClient(api.url)
  for (let left = allowed; left > 0; left -= 20) {
    const codes = await Promise.all(Array.from({ length: Math.min(left, 20) }, async () => (await one(client)).errors?.[0]?.extensions.code))
    expect(codes).not.toContain('RATE_LIMITED')
  }
  await api.stop()

  const next = await homeroom.startApi()
  const { status, headers, errors } = await one(graphqlClient(next.url))
  await next.stop()
  expect({ status, code: errors?.[0]?.extensions.code }).toEqual({ status: 429, code: 'RATE_LIMITED' })
  expect(Number(headers.get('retry-after'))).toBe(errors![0]!.extensions.retryAfter)
})
