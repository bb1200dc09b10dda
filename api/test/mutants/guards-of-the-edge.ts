import type { Guard } from './guard.ts'

const tenantContext = 'src/access/tenant-context.ts'
const inTenantContext = ['src/access/tenant-context.test.ts']

/** Between the network and the rooms: who asks, for which school, and what. */
export const edgeGuards: readonly Guard[] = [
  { name: 'sources of the tenant that disagree are refused', file: tenantContext, guard: 'if (new Set(named).size > 1)', without: 'if (new Set(named).size > 9)', tests: inTenantContext },
  { name: 'the token comes before the header', file: tenantContext, guard: '[fromToken, fromHeader, fromHost].filter', without: '[fromHeader ?? fromToken ?? fromHost].filter', tests: inTenantContext },
  { name: 'the host counts where it disagrees with the token', file: tenantContext, guard: '[fromToken, fromHeader, fromHost].filter', without: '[fromToken ?? fromHeader ?? fromHost].filter', tests: inTenantContext },
  { name: 'x-tenant-id is sent once', file: tenantContext, guard: 'values.length > 1 || !isUuid(value)', without: '!isUuid(value)', tests: inTenantContext },
  { name: 'x-tenant-id is a uuid', file: tenantContext, guard: 'values.length > 1 || !isUuid(value)', without: 'values.length > 1', tests: inTenantContext },
  { name: 'a host ends with the whole base domain', file: tenantContext, guard: '!name.endsWith(`.${baseDomain}`)', without: '!name.endsWith(baseDomain)', tests: inTenantContext },
  { name: 'a host below the base domain has the form of a slug', file: tenantContext, guard: 'if (!slugForm.test(label))', without: 'if (label === \'\')', tests: inTenantContext },
  { name: 'an odd host is refused', file: tenantContext, guard: 'if (host !== undefined && !hostForm.test(host))', without: 'if (host === \'\')', tests: ['test/isolation/hostile-headers.test.ts'] },
  { name: 'forwarded hosts count from configured proxies only', file: 'src/transport/proxies.ts', guard: 'host: byProxy && typeof', without: 'host: (byProxy || true) && typeof', tests: ['src/transport/proxies.test.ts'] },

  { name: 'an operation says who may call it', file: 'src/transport/schema.ts', guard: 'if (unguarded.length > 0)', without: 'if (unguarded.length > 999)', tests: ['src/transport/schema.test.ts'] },
  { name: 'a role has its permissions only', file: 'src/access/authorize.ts', guard: 'if (missing)', without: 'if (missing && principal.kind === \'superadmin\')', tests: ['test/isolation/access.test.ts'] },
  { name: 'teachers do not write the roster', file: 'src/access/authorize.ts', guard: 'TEACHER: new Set(everybody)', without: 'TEACHER: new Set([...everybody, \'roster:write\'])', tests: ['test/isolation/access.test.ts'] },
  { name: 'visitors are asked to sign in', file: 'src/access/authorize.ts', guard: '    throw new Unauthenticated()', without: '    return', tests: ['test/isolation/access.test.ts'] },
  { name: 'a suspended school is closed to its members', file: 'src/access/authorize.ts', guard: 'principal.kind === \'member\' && principal.suspended', without: 'principal.kind === \'member\' && principal.tenantId === \'\'', tests: ['test/isolation/access.test.ts'] },
  { name: 'a superadmin needs a second factor', file: 'src/access/authorize.ts', guard: 'principal.kind === \'superadmin\' && !principal.secondFactor', without: 'principal.kind === \'superadmin\' && !principal.accountId', tests: ['test/isolation/access.test.ts', 'test/isolation/superadmin.test.ts'] },
  { name: 'the audit record asks for a permission', file: 'src/platform/audit/audit.resolver.ts', guard: '@Authorized(\'audit:read\')', without: '@Authorized(\'member\')', tests: ['test/isolation/access.test.ts'] },

  { name: 'a superadmin\'s access is on record', file: 'src/transport/context.ts', guard: 'await recordAccess(reception, principal, access!, tenant.id, context.operationName, trail)', without: 'void [recordAccess, access]', tests: ['test/isolation/superadmin.test.ts'] },
  { name: 'the record is committed before the school is read', file: 'src/transport/context.ts', guard: 'await reception.recordAccess(', without: 'void reception.recordAccess(', tests: ['test/isolation/superadmin.test.ts'] },
  { name: 'a superadmin says why', file: 'src/transport/context.ts', guard: 'if (!reason)', without: 'if (reason === \'\')', tests: ['test/isolation/superadmin.test.ts'] },
  { name: 'a superadmin reads unless writing is asked for', file: 'src/access/school-door.ts', guard: 'if (!this.entry.mayWrite)', without: 'if (this.entry.mayWrite === undefined)', tests: ['test/isolation/superadmin.test.ts'] },
  { name: 'who is signed in watches their own tenant', file: 'src/platform/preparation/preparation.service.ts', guard: 'if (\'tenantId\' in principal && principal.tenantId !== tenantId)', without: 'if (\'tenantId\' in principal && principal.tenantId === \'\')', tests: ['src/platform/preparation/preparation.test.ts', 'test/isolation/foreign-ids.test.ts'] },

  { name: 'a socket\'s page has an allowed origin', file: 'src/transport/origins.ts', guard: 'return url.origin === base.origin ||', without: 'return url.origin !== \'\' ||', tests: ['src/transport/socket.test.ts'] },
  { name: 'only subscriptions run over sockets', file: 'src/transport/subscriptions.ts', guard: 'if (operation?.operation !== \'subscription\')', without: 'if (!operation)', tests: ['src/transport/socket.test.ts', 'src/transport/socket-limits.test.ts'] },
  { name: 'errors on sockets are masked', file: 'src/transport/subscriptions.ts', guard: 'const shown = publicError({', without: 'const shown = ((formatted: GraphQLFormattedError, _: GraphQLError) => formatted ?? publicError)({', tests: ['src/transport/unexpected.test.ts', 'src/transport/socket.test.ts'] },
  { name: 'an address has so many sockets', file: 'src/transport/live-sockets.ts', guard: '>= caps.address', without: '>= caps.address * 100', tests: ['src/transport/live-sockets.test.ts', 'src/transport/socket-limits.test.ts'] },
  { name: 'who has signed in takes no place of the address', file: 'src/transport/live-sockets.ts', guard: '    this.#signedIn.set(socket, who)\n    this.#forgetAddress(socket)\n', without: '    this.#signedIn.set(socket, who)\n', tests: ['src/transport/socket-limits.test.ts'] },
  { name: 'an account has so many sockets', file: 'src/transport/live-sockets.ts', guard: '>= caps.holder)', without: '>= caps.holder * 100)', tests: ['src/transport/live-sockets.test.ts', 'src/transport/socket-limits.test.ts'] },
  { name: 'a socket ends with its token', file: 'src/transport/live-sockets.ts', guard: '(who.expiresAt?.getTime() ?? Infinity) - Date.now()', without: '(who.expiresAt?.getTime() ?? Infinity) - Date.now() + 3_600_000', tests: ['src/transport/live-sockets.test.ts'] },
  { name: 'a socket ends with its holder\'s access', file: 'src/transport/live-sockets.ts', guard: 'if (!now || !isDeepStrictEqual({ expiresAt: who.expiresAt, ...now }, who))', without: 'if (isDeepStrictEqual(now, \'nobody\'))', tests: ['src/transport/live-sockets.test.ts'] },

  { name: 'only the explorer writes styles of its own', file: 'src/transport/web.ts', guard: 'directives: policy }', without: 'directives: explorerPolicy }', tests: ['src/transport/web.test.ts'] },
  { name: 'the explorer\'s document has one path', file: 'src/transport/web.ts', guard: '!explorers.has(path) ||', without: 'explorers.has(path) ||', tests: ['src/transport/web.test.ts'] },

  { name: 'introspection is for superadmins', file: 'src/transport/protection.ts', guard: 'if (!mayAsk && asksForSchema(document))', without: 'if (!mayAsk && !asksForSchema(document) && document.definitions.length === 0)', tests: ['test/isolation/hostile-documents.test.ts'] },
  { name: 'nobody introspects over sockets', file: 'src/transport/protection.ts', guard: '  if (asksForSchema(document))\n    return', without: '  if (document.definitions.length === 0)\n    return', tests: ['src/transport/socket.test.ts', 'src/transport/socket-limits.test.ts', 'test/isolation/hostile-documents.test.ts'] },
  { name: 'documents are so deep', file: 'src/transport/protection.ts', guard: 'maxDepth: { n: 10 }', without: 'maxDepth: { n: 10_000 }', tests: ['test/isolation/hostile-documents.test.ts'] },
  { name: 'documents have so many aliases', file: 'src/transport/protection.ts', guard: 'maxAliases: { n: 10 }', without: 'maxAliases: { n: 10_000 }', tests: ['test/isolation/hostile-documents.test.ts'] },
  { name: 'documents have so many tokens', file: 'src/transport/protection.ts', guard: 'export const maxTokens = 1000', without: 'export const maxTokens = 1_000_000', tests: ['test/isolation/hostile-documents.test.ts'] },
  { name: 'no text holds U+0000', file: 'src/transport/protection.ts', guard: 'value.includes(\'\\0\') || !value.isWellFormed()', without: '!value.isWellFormed()', tests: ['test/isolation/hostile-documents.test.ts', 'src/transport/http.test.ts'] },
  { name: 'no batches', file: 'src/transport/apollo.ts', guard: 'allowBatchedHttpRequests: false', without: 'allowBatchedHttpRequests: true', tests: ['test/isolation/hostile-documents.test.ts', 'src/transport/http.test.ts'] },
  { name: 'unexpected errors are masked', file: 'src/transport/apollo.ts', guard: 'formatError: publicError,', without: 'formatError: formatted => formatted,', tests: ['src/transport/unexpected.test.ts', 'src/transport/http.test.ts'] },
]
