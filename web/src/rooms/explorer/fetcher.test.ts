import type { Client } from 'graphql-ws'
import type { AddressInfo } from 'node:net'
import type { Standing } from './operator/standing.ts'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTokens } from '../../apollo/tokens.ts'
import { createFetcher } from './fetcher.ts'
import { admission, outside, paramsOf } from './operator/standing.ts'

interface Asked { headers: Record<string, string | string[] | undefined>, body: unknown }

const oakfield = { id: 'o', name: 'Oakfield', slug: 'oakfield' }
const words = { signedOut: 'signed out', offline: 'offline', readingOnly: 'reading only', setInBar: (names: string) => `bar sets ${names}`, noAnswer: (status: number) => `no answer: ${status}`, socketClosed: (code: number) => `closed ${code}` }
const asked: Asked[] = []
let answers: [number, string][]
let standing: Standing
let signedOut: number
let grants: string[]

const server = createServer(async (request, response) => {
  asked.push({ headers: request.headers, body: await json(request) })
  const [status, body] = answers.shift() ?? [200, '{"data":{}}']
  response.writeHead(status).end(body)
})
let uri: string
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
})
beforeEach(() => {
  asked.length = 0
  answers = []
  standing = outside
  signedOut = 0
  grants = ['first', 'second']
})
afterAll(() => server.close())

async function send(query: string, headers?: Record<string, string>, { address = uri, operationName }: { address?: string, operationName?: string } = {}) {
  const tokens = createTokens(async () => {
    const accessToken = grants.shift()
    return accessToken === undefined ? undefined : { accessToken, expiresAt: new Date(Date.now() + 600_000).toISOString() }
  })
  if (grants.length > 0)
    await tokens.renew()
  const fetcher = createFetcher({ uri: address, tokens, admit: admission(() => standing, words), socket: () => ({ client: {} as Client }), signedOut: () => { signedOut += 1 }, words })
  return await fetcher({ query, ...(operationName && { operationName }) }, headers && { headers })
}
const said = (message: string) => ({ errors: [{ message }] })

test('an operation goes where the bar says, beside the headers of the editor', async () => {
  standing = { school: oakfield, reason: 'Grüße, 日本語, wir prüfen', writing: true }
  expect(await send('mutation { signOut }', { 'x-mine': '1' })).toEqual({ data: {} })
  expect(asked[0]?.headers).toMatchObject({ 'authorization': 'Bearer first', 'x-tenant-id': 'o', 'x-access-mode': 'write', 'x-mine': '1' })
  expect(new TextDecoder().decode(Uint8Array.from(String(asked[0]?.headers['x-access-reason']), sign => sign.charCodeAt(0)))).toBe(standing.reason)
  expect(paramsOf(standing)).toEqual({ tenantId: 'o', accessReason: standing.reason, accessMode: 'write' })
})

test('outside of every school nothing of one is sent', async () => {
  await send('{ alerts { name } }')
  expect(Object.keys(asked[0]?.headers ?? {}).filter(name => name.startsWith('x-'))).toEqual([])
  expect(paramsOf(outside)).toEqual({})
})

test.each(['Authorization', 'x-tenant-id', 'X-ACCESS-REASON', 'x-access-mode '])('%s is the bar\'s to set', async (name) => {
  expect(await send('{ viewer { id } }', { [name]: 'x' })).toEqual(said(`bar sets ${name}`))
  expect(asked).toEqual([])
})

test('a name that the text does not have, because it is the last text\'s, is left out', async () => {
  await send('{ viewer { id } }', undefined, { operationName: 'Me' })
  await send('query Me { viewer { id } } query You { viewer { id } }', undefined, { operationName: 'You' })
  expect(asked.map(({ body }) => body)).toEqual([{ query: '{ viewer { id } }' }, { query: 'query Me { viewer { id } } query You { viewer { id } }', operationName: 'You' }])
  expect(await send('mutation { signOut }', undefined, { operationName: 'Me' })).toEqual(said('reading only'))
})

test('a mutation is not sent while reading, in a school and outside', async () => {
  for (standing of [outside, { school: oakfield, reason: 'ten letters', writing: false }])
    expect(await send('mutation { signOut }')).toEqual(said('reading only'))
  expect(asked).toEqual([])
})

test('a token that is refused is renewed once, and a session that is over is told', async () => {
  answers = [[401, '{"errors":[]}'], [200, '{"data":{"ok":true}}']]
  expect(await send('{ ok }')).toEqual({ data: { ok: true } })
  expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second'])

  answers = [[401, '{}'], [401, '{"errors":[{"message":"no"}]}']]
  grants = ['third', 'fourth', 'fifth']
  expect(await send('{ ok }')).toEqual(said('no'))
  expect(grants).toEqual(['fifth'])

  answers = [[401, '{}']]
  grants = ['last']
  expect(await send('{ ok }')).toEqual(said('signed out'))
  expect(signedOut).toBe(1)
})

test('who is signed out asks nothing, not even for the schema', async () => {
  grants = []
  expect(await send('query IntrospectionQuery { __schema { types { name } } }')).toEqual(said('signed out'))
  expect([asked, signedOut]).toEqual([[], 1])
})

test('what is no answer is put in words', async () => {
  answers = [[502, '<h1>Bad gateway</h1>']]
  expect(await send('{ ok }')).toEqual(said('no answer: 502'))
  expect(await send('{ ok }', undefined, { address: 'http://127.0.0.1:1/graphql' })).toEqual(said('offline'))
})
