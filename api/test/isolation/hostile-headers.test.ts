import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { Heard } from '../harness/knock.ts'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { hostileHeaders } from '../harness/hostile-inputs.ts'
import { knock, refusalCode } from '../harness/knock.ts'
import { signedIn } from '../harness/sign-in.ts'

let homeroom: TestHomeroom
let oakfield: SignedUp
let riverside: SignedUp
let token: string
let base: string

beforeAll(async () => {
  const webRoot = mkdtempSync(join(tmpdir(), 'homeroom-web-'))
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>Homeroom</title>')
  homeroom = await openHomeroom({ worker: false, webRoot, config: { baseDomain: 'homeroom.test' } })
  oakfield = await homeroom.signUp('oakfield')
  riverside = await homeroom.signUp('riverside')
  token = (await signedIn(homeroom.visitor, { email: oakfield.email, password })).accessToken
  base = homeroom.api.url
})
afterAll(() => homeroom?.stop())

const refused = (status: number, code: string) => ({ status, code })
const [badInput, badToken, signInFirst] = [refused(400, 'BAD_USER_INPUT'), refused(401, 'UNAUTHENTICATED'), refused(401, 'UNAUTHENTICATED')]
const [mismatch, unknown] = [refused(403, 'TENANT_MISMATCH'), refused(404, 'TENANT_NOT_FOUND')]
const own = { status: 200, code: undefined }

// The reviewed verdicts; `own` is an answer about the school of the token. An input that is not here fails the test.
const verdicts: Record<string, { status: number, code: string | undefined }> = {
  'another school': mismatch,
  'both schools': badInput,
  'both in one': badInput,
  'another school without a token': signInFirst,
  'another school\'s underscore': own,
  'x-tenant-id: ': badInput,
  'x-tenant-id:  ': badInput,
  'x-tenant-id: null': badInput,
  'x-tenant-id: []': badInput,
  'x-tenant-id: <in capitals>': badInput,
  'x-tenant-id: {<id>}': badInput,
  'x-tenant-id: urn:uuid:<id>': badInput,
  'x-tenant-id: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx': badInput,
  'x-tenant-id: \' or 1=1 --': badInput,
  'x-tenant-id: \u0661\u0662\u0663': badInput,
  'two tokens': badToken,
  'a token and a comma': badToken,
  'bearer': badToken,
  'a tab': badToken,
  'Basic': badToken,
  'a reason that is no superadmin\'s': mismatch,
  'host: a.b.homeroom.test': badInput,
  'host: riverside.homeroom.test@evil.test': badInput,
  'host: riverside.homeroom.test/x': badInput,
  'host: xn--rverside-f4a.homeroom.test': unknown,
  'host: [::1]': own,
  'host: 127.0.0.1': own,
  'host: homeroom.test.evil.example': own,
  'host: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa': badInput,
  'host: r\xEFverside.homeroom.test': badInput,
  'host: ': badInput,
  'two hosts': refused(400, 'BAD_REQUEST'),
  'a forwarded host': own,
  'a cookie of others': signInFirst,
  'a cookie of 10 kB': signInFirst,
  'headers of 20 kB': refused(431, 'BAD_REQUEST'),
  'a browser that draws': own,
}

/** The code where it was refused; otherwise the answer must be about our own school. */
function verdict(heard: Heard): { status: number, code: string | undefined } {
  const code = heard.body.includes('"errors"') ? refusalCode(heard) : undefined
  if (code === undefined)
    expect(JSON.parse(heard.body)).toMatchObject({ data: { tenant: { id: oakfield.tenantId } } })
  expect(heard.body).not.toContain(riverside.tenantId)
  return { status: heard.status, code }
}

test('every header that two readers could read differently', async () => {
  const inputs = hostileHeaders({ token, tenantId: oakfield.tenantId, foreignTenantId: riverside.tenantId, foreignId: riverside.tenantId })
  // Names are cut short, and the id in them is never the same.
  const names = (name: string) => name.replace(riverside.tenantId.toUpperCase(), '<in capitals>').replace(riverside.tenantId.slice(0, 31), '<id>').replace(/<id>[0-9a-f]*/, '<id>')
  for (const input of inputs)
    expect.soft({ [names(input.name)]: verdict(await knock(base, input)) }).toEqual({ [names(input.name)]: verdicts[names(input.name)] })
})

describe('hosts', () => {
  const asked = async (host: string, ...more: string[]) => verdict(await knock(base, { name: host, headers: ['content-type', 'application/json', 'host', host, ...more], body: '{"query":"{ tenant { id } }"}' }))
  const signed = () => ['authorization', `Bearer ${token}`]
  test.each(['OAKFIELD.Homeroom.Test', 'oakfield.homeroom.test.', 'oakfield.homeroom.test:8443'])('%s is oakfield\'s, and nobody else\'s', async (host) => {
    expect(await asked(host, ...signed())).toEqual(own)
    expect(await asked(host, 'x-tenant-id', riverside.tenantId)).toEqual(mismatch)
  })
  test('another school\'s host is no way around the token, nor around x-tenant-id', async () => {
    expect(await asked('riverside.homeroom.test', ...signed())).toEqual(mismatch)
    expect(await asked('riverside.homeroom.test', 'x-tenant-id', oakfield.tenantId)).toEqual(mismatch)
    expect(await asked('Riverside.homeroom.test.:80', ...signed())).toEqual(mismatch)
  })
  test.each(['www.homeroom.test', 'api.homeroom.test', 'nobody.homeroom.test', 'r\u0456verside.homeroom.test', 'riverside.homeroom.test#', 'river side.homeroom.test', '.homeroom.test', 'homeroom.test:99999999', 'riverside.homeroom.test\\'])('%s is no school', async (host) => {
    const { status } = await asked(Buffer.from(host).toString('latin1'), ...signed())
    expect([400, 404]).toContain(status)
  })
})

/** Sends bytes as they are, and hears everything until the server closes. */
async function say(bytes: string): Promise<Heard> {
  const { port, hostname } = new URL(base)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.end(Buffer.from(bytes, 'latin1'))
  const [head, body] = (await text(socket)).split('\r\n\r\n') as [string, string]
  const [first, ...lines] = head.split('\r\n') as [string, ...string[]]
  return { status: Number(first.split(' ')[1]), body, headers: Object.fromEntries(lines.map(line => line.split(': ') as [string, string]).map(([name, value]) => [name.toLowerCase(), value])) }
}

describe('requests that are none', () => {
  const body = '{"query":"{ viewer { id } }"}'
  const post = (...headers: string[]) => ['POST /graphql HTTP/1.1', 'Connection: close', 'Content-Type: application/json', ...headers, '', body].join('\r\n')
  const [host, length] = ['Host: homeroom.test', `Content-Length: ${body.length}`]
  test.each<[string, number, string]>([
    ['as it should be', 200, post(host, length)],
    ['no host', 400, post(length)],
    ['two hosts', 400, post(host, host, length)],
    ['two hosts that differ in case', 400, post(host, 'HOST: riverside.homeroom.test', length)],
    ['another host in the request line', 400, post(host, length).replace('/graphql', 'http://riverside.homeroom.test/graphql')],
    ['the same host in the request line', 200, post(host, length).replace('/graphql', 'http://homeroom.test/graphql')],
    ['two lengths', 400, post(host, length, 'Content-Length: 1')],
    ['a length and chunks', 400, post(host, length, 'Transfer-Encoding: chunked')],
    ['a header with U+0000', 400, post(host, length, 'X-Tenant-Id: a\0b')],
    ['a header folded over two lines', 400, post(host, length, 'X-Tenant-Id: a\r\n b')],
    ['a line that ends with LF alone', 400, post(host, length, 'X-A: b\nX-Tenant-Id: c')],
    ['a space before the colon', 400, post(host, length, 'X-Tenant-Id : c')],
    ['no HTTP', 400, 'hello\r\n\r\n'],
    ['another method', 400, post(host, length).replace('POST', 'HACK')],
    ['an upgrade to something else', 404, post(host, length, 'Upgrade: h2c').replace('/graphql', '/elsewhere').replace('close', 'Upgrade')],
    ['an upgrade without a key', 400, post(host, 'Upgrade: websocket').replace('POST', 'GET').replace('close', 'Upgrade')],
    ['an upgrade with two hosts', 400, post(host, 'Host: riverside.homeroom.test', 'Upgrade: websocket').replace('POST', 'GET').replace('close', 'Upgrade')],
    ['an upgrade with two origins', 403, post(host, 'Origin: http://homeroom.test', 'Origin: http://homeroom.test', 'Upgrade: websocket').replace('POST', 'GET').replace('close', 'Upgrade')],
  ])('%s', async (_, status, bytes) => {
    const heard = await say(bytes)
    expect(heard.status).toBe(status)
    if (status !== 200)
      expect(refusalCode(heard)).toMatch(/^(?:BAD_REQUEST|NOT_FOUND|FORBIDDEN)$/)
  })
})

describe('paths that are not there', () => {
  const get = (path: string, accept: string) => knock(base, { name: path, method: 'GET', path, headers: ['accept', accept] })
  test.each(['/graphql/', '/graphql/x', '/graphql/x?y=z', '/api', '/api/v1/students', '/livez/x', '/metrics'])('%s is refused in JSON, to browsers as well', async (path) => {
    for (const accept of ['text/html', '*/*']) {
      const heard = await get(path, accept)
      expect({ status: heard.status, code: refusalCode(heard) }).toEqual(refused(404, 'NOT_FOUND'))
    }
  })
  test.each(['/', '/dashboard', '/graphqlx', '/people/1'])('%s is the client\'s own, for browsers', async (path) => {
    const heard = await get(path, 'text/html')
    expect(heard).toMatchObject({ status: 200, body: expect.stringContaining('<title>Homeroom</title>') as string, headers: { 'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/) as string } })
  })
  test('nobody else gets a page where there is none', async () => {
    const heard = await get('/dashboard', '*/*')
    expect({ status: heard.status, code: refusalCode(heard) }).toEqual(refused(404, 'NOT_FOUND'))
  })
})

test('an answer is for who asked, and kept by nobody on the way', async () => {
  const { headers } = await knock(base, { name: '', body: '{"query":"{ viewer { id } }"}' })
  expect(headers['cache-control']).toBe('no-store')
  for (const name of ['Authorization', 'Host', 'Origin', 'x-tenant-id'])
    expect(headers.vary).toContain(name)
  expect(headers['access-control-allow-origin']).toBeUndefined()
})

test('an address that somebody claims does not count where no proxy is trusted', async () => {
  const api = await homeroom.startApi({ rateLimits: true })
  const slug = (address: string) => knock(api.url, { name: '', headers: ['content-type', 'application/json', 'x-forwarded-for', address, 'x-real-ip', address, 'forwarded', `for=${address}`], body: '{"query":"{ slugAvailability(slug: \\"free\\") { available } }"}' })
  for (let n = 0; n < 120; n += 1)
    expect((await slug(`192.0.2.${n}`)).status).toBe(200)
  const heard = await slug('192.0.2.200')
  expect({ status: heard.status, code: refusalCode(heard) }).toEqual(refused(429, 'RATE_LIMITED'))
  expect(Number(heard.headers['retry-after'])).toBeGreaterThan(0)
  await api.stop()
})
