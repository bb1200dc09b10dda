import type { FastifyInstance } from 'fastify'
import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { graphqlClient } from '../../test/harness/client.ts'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { knock, refusalCode } from '../../test/harness/knock.ts'
import { createLog } from '../shared/log.ts'
import { openWebProxy } from './web-proxy.ts'

let homeroom: TestHomeroom
let web: FastifyInstance
let url: string

beforeAll(async () => {
  homeroom = await openHomeroom({ config: { baseUrl: 'http://homeroom.test', baseDomain: 'homeroom.test', trustedProxies: ['loopback'] } })
  const webRoot = mkdtempSync(join(tmpdir(), 'homeroom-web-'))
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Homeroom</title>')
  web = await openWebProxy({ apiUrl: homeroom.api.url, webRoot, log: createLog('silent') })
  url = await web.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await web?.close()
  await homeroom?.stop()
})

test('pages come from the web server under its policy, whatever their path', async () => {
  for (const path of ['/', '/dashboard']) {
    const page = await fetch(`${url}${path}`, { headers: { accept: 'text/html' } })
    expect(await page.text()).toContain('<title>Homeroom</title>')
    expect(page.headers.get('content-security-policy')).toContain('default-src \'none\'')
  }
  expect((await fetch(`${url}/no-such-file.js`)).status).toBe(404)
})

test('a school signs up and is watched through it, and the API sees the host that was asked for', async () => {
  const school = await homeroom.openSchool('oakfield')
  const client = graphqlClient(url)
  expect((await client.watch(school.tenantId)).at(-1)).toMatchObject({ status: 'READY' })
  const refused = await client.send('{ viewer { id } }', {}, { 'x-forwarded-host': 'nobody.homeroom.test' })
  expect(refused.errors).toBeUndefined() // what the browser claims is not passed on
})

test('the API still refuses a socket of a stranger\'s page', async () => {
  const socket = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    retryAttempts: 0,
    webSocketImpl: class extends WebSocket { constructor(address: string, protocol: string) { super(address, protocol, { origin: 'http://evil.example' }) } },
  })
  const outcome = await new Promise(resolve => socket.subscribe({ query: 'subscription { tenantPreparationStatus(tenantId: "x") { status } }' }, { next: resolve, error: () => resolve('refused'), complete: () => resolve('complete') }))
  expect(outcome).toBe('refused')
  await socket.dispose()
})

test('the API counts by who asked, and believes a proxy before the web server only where that one does', async () => {
  const api = await homeroom.startApi({ rateLimits: true })
  const counted = async (trustedProxies: string[], claimed: string) => {
    const server = await openWebProxy({ apiUrl: api.url, webRoot: '/nowhere', trustedProxies, log: createLog('silent') })
    const client = graphqlClient(await server.listen({ port: 0, host: '127.0.0.1' }))
    await client.ask('{ slugAvailability(slug: "oakfield") { available } }').catch(() => {})
    await client.send('{ slugAvailability(slug: "oakfield") { available } }', {}, { 'x-forwarded-for': claimed })
    await server.close()
    return (await homeroom.database.sql<{ key: string }>('delete from platform.rate_limit where key like \'slugAvailability:%\' returning key')).map(({ key }) => key.slice('slugAvailability:'.length)).sort()
  }
  expect(await counted([], '203.0.113.7')).toEqual(['127.0.0.1'])
  expect(await counted(['loopback'], '203.0.113.7')).toEqual(['127.0.0.1', '203.0.113.7'])
})

test('what the API would refuse for being ambiguous does not get as far, and is refused in the same words', async () => {
  const heard = await knock(url, { name: 'two hosts', method: 'GET', path: '/readyz', headers: ['host', 'homeroom.test', 'host', 'oakfield.homeroom.test'] })
  expect({ status: heard.status, code: refusalCode(heard) }).toEqual({ status: 400, code: 'BAD_REQUEST' })
  expect(heard.body).toContain('Say the host, and say it once.')
})

test('an API that is not there is said to be away, in the shape of its own refusals', async () => {
  const server = await openWebProxy({ apiUrl: 'http://127.0.0.1:1', webRoot: '/nowhere', log: createLog('silent') })
  const answer = await fetch(`${await server.listen({ port: 0, host: '127.0.0.1' })}/graphql`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })
  expect({ status: answer.status, retryAfter: answer.headers.get('retry-after') }).toEqual({ status: 503, retryAfter: '2' })
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] })
  await server.close()
})

test('an export is asked of the API, and never answered with a page', async () => {
  const answer = await fetch(`${url}/exports/6ff0e5b1-0000-4000-8000-00000000dead`, { headers: { accept: 'text/html' } })
  expect(answer.status).toBe(401)
  expect(answer.headers.get('content-type')).toContain('application/json')
  expect(await (await fetch(`${url}/exports`, { headers: { accept: 'text/html' } })).text()).not.toContain('<title>')
})
