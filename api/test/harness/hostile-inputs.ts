import { Buffer } from 'node:buffer'
import { createHmac, randomUUID } from 'node:crypto'

/** A request as no client of ours would send it. Headers in the order they are sent, names and values in turn; a name may come twice. */
export interface HostileRequest {
  readonly name: string
  readonly method?: string
  readonly path?: string
  readonly headers?: readonly string[]
  readonly body?: string | Buffer
}

/** What the attacker knows and has: a school of their own, and ids of somebody else's. */
export interface Loot {
  readonly token: string
  readonly tenantId: string
  readonly foreignTenantId: string
  readonly foreignId: string
}

const graphql = (name: string, query: string, more: object = {}): HostileRequest => ({ name, body: JSON.stringify({ query, ...more }) })
const times = (count: number, part: (n: number) => string, between = ' ') => Array.from({ length: count }, (_, n) => part(n)).join(between)
const nested = (depth: number) => `{ users(first: 1) { nodes { ${'enrollments { class { '.repeat(depth)}title${' } }'.repeat(depth)} } } }`
const signIn = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }'
const credentials = 'input: { email: "a@b.example", password: "guess" }'

/** Documents that cost much, say much or mean something else. */
export const hostileDocuments: readonly HostileRequest[] = [
  graphql('4,000 aliases', `{ ${times(4_000, n => `a${n}: __typename`)} }`),
  graphql('two sign-ins in one', `mutation { a: signIn(${credentials}) { accessToken } b: signIn(${credentials}) { accessToken } }`),
  graphql('1,000 type names', `{ ${times(1_000, () => '__typename')} }`),
  graphql('30,000 equal fields', `{ viewer { ${times(30_000, () => 'id')} } }`),
  graphql('12 levels', nested(6)),
  graphql('3,000 levels', nested(1_500)),
  graphql('8,000 lists in each other', `{ users(first: ${'['.repeat(8_000)}${']'.repeat(8_000)}) { totalCount } }`),
  graphql('a circle of one fragment', '{ viewer { ...a } } fragment a on Viewer { ...a }'),
  graphql('a circle of fifty', `{ viewer { ...f0 } } ${times(50, n => `fragment f${n} on Viewer { ...f${(n + 1) % 50} }`)}`),
  graphql('400 fragments that overlap', `{ ${times(400, n => `...f${n}`)} } ${times(400, n => `fragment f${n} on Query { viewer { a: ${n % 2 ? 'id' : 'name'} } }`)}`),
  graphql('5,000 unknown directives', `{ viewer { id ${times(5_000, n => `@d${n}`)} } }`),
  graphql('3,000 skips', `{ viewer { id ${times(3_000, () => '@skip(if: false)')} } }`),
  graphql('introspection', '{ __schema { types { name fields { name } } } }'),
  graphql('deep introspection', `{ __schema { types { ${'fields { type { '.repeat(20)}name${' } }'.repeat(20)} } } }`),
  graphql('a misspelt field', '{ viewr { id } }'),
  graphql('a misspelt argument', '{ users(frist: 1) { totalCount } }'),
  graphql('a wrong scalar of 5,000 letters', `query ($n: Int) { users(first: $n) { totalCount } }`, { variables: { n: 'x'.repeat(5_000) } }),
  graphql('@defer', '{ viewer { ... @defer { id } } }'),
  graphql('@stream', '{ members @stream { id } }'),
  graphql('a comment that draws', '# \u001B[2J\u001B[31m\r\n{ viewer { id } }'),
  graphql('an operation that is not there', 'query a { viewer { id } }', { operationName: 'b' }),
  graphql('an operation called __proto__', 'query a { viewer { id } }', { operationName: '__proto__' }),
  graphql('no choice of two operations', 'query a { viewer { id } } query b { viewer { id } }'),
  graphql('a persisted query', '', { query: undefined, extensions: { persistedQuery: { version: 1, sha256Hash: 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38' } } }),
  graphql('a persisted query to keep', '{ viewer { id } }', { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }),
  graphql('a subscription', `subscription { tenantPreparationStatus(tenantId: "${randomUUID()}") { status } }`),
  graphql('a polluted prototype', '{ viewer { id } }', { variables: JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}') as object }),
  graphql('unknown fields of an input', signIn, { variables: { input: { email: 'a@b.example', password: 'x', role: 'ADMIN', isSuperadmin: true } } }),
  graphql('an operator where a text belongs', signIn, { variables: { input: { email: { $ne: null }, password: { $raw: '1=1' } } } }),
  graphql('U+0000', signIn, { variables: { input: { email: 'a\0b@c.example', password: 'x' } } }),
  graphql('half a letter', signIn, { variables: { input: { email: '\uD800@c.example', password: 'x' } } }),
  ...['-1', '0', '1000000000', '2147483648', '1e400', '"1"', 'null', '9007199254740993'].map(first => graphql(`first: ${first}`, `{ users(first: ${first}) { totalCount } }`)),
  ...['-001-01-01', '275761-01-01', '2026-02-30', '\u0662\u0660\u0662\u0666-01-01'].map(date => graphql(`the day ${date}`, `mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { id } }`, { variables: { input: { id: randomUUID(), title: 'Year', startDate: date, endDate: date, terms: [] } } })),
  graphql('10,000 ids', 'mutation ($input: CreateClassInput!) { createClass(input: $input) { id } }', { variables: { input: { title: 'Class', termIds: Array.from({ length: 2_000 }, () => randomUUID()) } } }),
  { name: 'a batch of one', body: '[{"query":"{ viewer { id } }"}]' },
  { name: 'a batch of 1,000', body: `[${times(1_000, () => '{"query":"{viewer{id}}"}', ',')}]` },
  { name: 'malformed JSON', body: '{"query": "{ viewer' },
  { name: 'a byte order mark', body: '\uFEFF{"query":"{ viewer { id } }"}' },
  { name: 'JSON nested 40,000 deep', body: `{"query":"{ viewer { id } }","variables":{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}}` },
  { name: 'nothing', body: '' },
  { name: 'null', body: 'null' },
  { name: 'two megabytes', body: JSON.stringify({ query: '{ viewer { id } }', variables: { x: 'x'.repeat(2_000_000) } }) },
  { name: 'bytes that are no UTF-8', body: Buffer.from('{"query":"{ viewer { id } } # \xFF\xFE"}', 'latin1') },
]

/** Ways to ask that are not ours to answer. */
export const hostileMethods: readonly HostileRequest[] = [
  { name: 'GET without a preflight', method: 'GET', path: '/graphql?query=%7Bviewer%7Bid%7D%7D', headers: [] },
  { name: 'a mutation by GET', method: 'GET', path: '/graphql?query=mutation%7BsignOut%7D', headers: ['apollo-require-preflight', '1'] },
  { name: 'a token in the address', method: 'GET', path: '/graphql?query=%7Btenant%7Bid%7D%7D&authorization=Bearer%20x', headers: ['apollo-require-preflight', '1'] },
  ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-7', '"', 'application/graphql'].map(type => ({ name: type, headers: ['content-type', type], body: '{"query":"{ viewer { id } }"}' })),
  { name: 'what claims to be gzip', headers: ['content-type', 'application/json', 'content-encoding', 'gzip'], body: 'x' },
  ...['PUT', 'DELETE', 'TRACE', 'OPTIONS', 'PATCH'].map(method => ({ name: method, method })),
  ...['/graphql/', '/graphql/../metrics', '/%2e%2e/%2e%2e/etc/passwd', '/metrics', '//graphql', '/graphql%00', '/GRAPHQL'].map(path => ({ name: path, path, body: '{"query":"{ viewer { id } }"}' })),
]

const part = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Tokens that were never good, made of one that is. */
export function hostileTokens({ token, foreignTenantId }: Loot): readonly (readonly [name: string, token: string])[] {
  const [head, body, signature] = token.split('.') as [string, string, string]
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Record<string, unknown>
  const signed = (more: object) => `${part({ ...header, ...more })}.${body}.${signature}`
  const claiming = (more: object) => `${head}.${part({ ...claims, ...more })}.${signature}`
  const hmac = (key: string) => {
    const said = `${part({ ...header, alg: 'HS256' })}.${body}`
    return `${said}.${createHmac('sha256', key).update(said).digest('base64url')}`
  }
  return [
    ...['none', 'None', 'nOnE'].flatMap(alg => [[`alg ${alg}`, signed({ alg })], [`alg ${alg}, unsigned`, `${part({ ...header, alg })}.${body}.`]] as const),
    ['another algorithm', signed({ alg: 'HS512' })],
    ['a public key for a secret', hmac('-----BEGIN PUBLIC KEY-----')],
    ['a key that is a path', signed({ kid: '../../dev/null' })],
    ['a key that is SQL', signed({ kid: '\' or 1=1 --' })],
    ['a key of 10 kB', signed({ kid: 'k'.repeat(8_000) })],
    ['a key from elsewhere', signed({ jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/', jwk: {} })],
    ['an unknown crit', signed({ crit: ['exp', 'b64'], b64: false })],
    ['another typ', signed({ typ: 'rt+jwt' })],
    ['compressed', signed({ zip: 'DEF' })],
    ['another school', claiming({ tid: foreignTenantId })],
    ['no school', claiming({ tid: null })],
    ['a list of schools', claiming({ tid: [foreignTenantId] })],
    ['the operator', claiming({ role: 'SUPERADMIN', tid: undefined })],
    ['no end', claiming({ exp: undefined })],
    ['an end that is a text', claiming({ exp: '9999999999' })],
    ['an end beyond all', claiming({ exp: 1e308 })],
    ['another audience', claiming({ aud: ['homeroom-api', 'evil'] })],
    ['another issuer', claiming({ iss: 'evil' })],
    ['cut short', token.slice(0, -10)],
    ['in capitals', token.toUpperCase()],
    ['12 kB', `${head}.${'A'.repeat(12_000)}.${signature}`],
    ['five parts', `${token}.${token}`],
    ['no token', 'x'],
  ]
}

/** Headers that name a tenant, a host or a sender in ways that two readers could read differently. */
export function hostileHeaders({ token, tenantId, foreignTenantId }: Loot): readonly HostileRequest[] {
  const body = '{"query":"{ tenant { id } viewer { id } }"}'
  const mine = ['authorization', `Bearer ${token}`]
  const ask = (name: string, ...headers: string[]): HostileRequest => ({ name, body, headers: ['content-type', 'application/json', ...headers] })
  return [
    ask('another school', ...mine, 'x-tenant-id', foreignTenantId),
    ask('both schools', ...mine, 'x-tenant-id', tenantId, 'x-tenant-id', foreignTenantId),
    ask('both in one', ...mine, 'x-tenant-id', `${tenantId}, ${foreignTenantId}`),
    ask('another school without a token', 'x-tenant-id', foreignTenantId),
    ask('another school\'s underscore', ...mine, 'x_tenant_id', foreignTenantId),
    ...['', ' ', 'null', '[]', foreignTenantId.toUpperCase(), `{${foreignTenantId}}`, `urn:uuid:${foreignTenantId}`, 'x'.repeat(4_096), '\' or 1=1 --', '١٢٣'].map(value => ask(`x-tenant-id: ${value.slice(0, 40)}`, ...mine, 'x-tenant-id', Buffer.from(value).toString('latin1'))),
    ask('two tokens', ...mine, 'authorization', 'Bearer x'),
    ask('a token and a comma', 'authorization', `Bearer ${token},`),
    ask('bearer', 'authorization', `bearer ${token}`),
    ask('a tab', 'authorization', `Bearer\t${token}`),
    ask('Basic', 'authorization', 'Basic YTpi'),
    ask('a reason that is no superadmin\'s', ...mine, 'x-tenant-id', foreignTenantId, 'x-access-reason', 'I would like to look', 'x-access-mode', 'write'),
    ...['a.b.homeroom.test', 'riverside.homeroom.test@evil.test', 'riverside.homeroom.test/x', 'xn--rverside-f4a.homeroom.test', '[::1]', '127.0.0.1', 'homeroom.test.evil.example', `${'a'.repeat(300)}.homeroom.test`, 'r\xEFverside.homeroom.test', ''].map(host => ask(`host: ${host.slice(0, 40)}`, ...mine, 'host', host)),
    ask('two hosts', ...mine, 'host', 'homeroom.test', 'host', 'riverside.homeroom.test'),
    ask('a forwarded host', ...mine, 'x-forwarded-host', 'a.b.homeroom.test', 'forwarded', 'host=riverside.homeroom.test', 'x-original-url', '/metrics', 'x-http-method-override', 'DELETE'),
    ask('a cookie of others', 'cookie', `rt=${randomUUID()}.${'A'.repeat(43)}; __Host-rt=x; access_token=${token}`),
    ask('a cookie of 10 kB', 'cookie', `rt=${'x'.repeat(10_000)}`),
    ask('headers of 20 kB', 'x-filler', 'x'.repeat(20_000)),
    ask('a browser that draws', ...mine, 'user-agent', '\x1B[2J {"level":60}'.replaceAll('\x1B', '\t')),
  ]
}

/** Texts where a name, a slug or an id is asked for. */
export const hostileTexts: readonly string[] = [
  '"; drop schema public cascade; --',
  'a"b',
  'a\'b',
  '$$',
  '\\',
  'a\nb',
  'a\r\nlevel: 60',
  '..',
  '../../x',
  '%2e%2e',
  'a.b',
  'xn--oakfield',
  'public',
  'pg_catalog',
  'information_schema',
  '*',
  '\u043E\u0430kfield',
  '\uFF4F\uFF41\uFF4B',
  'oak\u200Bfield',
  'oak\u202Edleif',
  'I\u0307',
  '\uD83C\uDFEB',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '=cmd|\' /C calc\'!A0',
  'x'.repeat(71),
  'x'.repeat(20_000),
  '',
  ' ',
]

/** Messages of a socket that keep to no protocol; each list goes down a socket of its own. */
export function hostileFrames({ token, foreignTenantId }: Loot): readonly (readonly (object | string | Buffer)[])[] {
  const init = (payload?: object) => ({ type: 'connection_init', ...payload && { payload } })
  const subscribe = (query: string, id: string = randomUUID()) => ({ id, type: 'subscribe', payload: { query } })
  const watch = `subscription { tenantPreparationStatus(tenantId: "${foreignTenantId}") { status tenantId } }`
  return [
    ['garbage'],
    [Buffer.from([0, 1, 2, 255])],
    ['x'.repeat(70_000)],
    ['{}'],
    ['null'],
    [{ type: 'subscribe' }],
    [subscribe(watch)],
    [init(), init()],
    [init({ authorization: 'Bearer x.y.z' })],
    [init({ authorization: ['a', 'b'], tenantId: { a: 1 } })],
    [init({ tenantId: 'not an id' })],
    [init({ authorization: `Bearer ${token}`, tenantId: foreignTenantId })],
    [init(JSON.parse('{"__proto__":{"admin":true}}') as object), subscribe(watch)],
    [init({ authorization: `Bearer ${token}` }), subscribe(watch), subscribe(watch.toUpperCase())],
    [init(), subscribe(watch, 'same'), subscribe(watch, 'same')],
    [init(), ...Array.from({ length: 40 }, () => subscribe(watch))],
    [init(), subscribe('{ viewer { id } }'), subscribe('mutation { signOut }'), subscribe('{ __schema { types { name } } }'), subscribe('subscription {'), subscribe(nested(1_500)), subscribe(`subscription { ${times(50, n => `a${n}: tenantPreparationStatus(tenantId: "x") { status }`)} }`)],
    [init(), { id: '1', type: 'subscribe', payload: { query: 'subscription ($id: ID!) { tenantPreparationStatus(tenantId: $id) { status } }', variables: { id: { a: 'b\0' } } } }],
    [init(), { id: '1', type: 'complete' }, { type: 'pong', payload: { a: 1 } }, { type: 'next', id: '1', payload: {} }],
  ]
}
