import type pg from 'pg'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { keptFile } from '../shared/kept-file.ts'
import { quoteIdentifier, quoteLiteral } from './schema-names.ts'
import { withClient } from './with-client.ts'

/** Connection URLs of the three logins; what each may do is in `rights.ts` and SECURITY.md. */
export interface LoginUrls {
  /** DDL and CREATEROLE: migrations and preparation. An API process does without it. */
  readonly owner?: string
  /** Serves requests: owns nothing, inherits nothing, becomes one tenant's role at a time. */
  readonly request: string
  /** LISTEN only, on a direct connection. */
  readonly listener: string
}

const passwords = z.object({ owner: z.string(), request: z.string(), listener: z.string() })

/**
 * The logins of the database that `adminUrl` names, made or brought up to date first.
 * `adminUrl` is a superuser, or a role with CREATEROLE that may create schemas in that database; it is used for this alone.
 * Passwords are kept in `dataDir`, so processes on one machine agree; give each login's URL yourself for more machines.
 */
export async function ensureLogins(adminUrl: string, dataDir: string): Promise<Required<LoginUrls>> {
  const database = databaseName(adminUrl)
  const secrets = keepPasswords(dataDir, database)
  const urls = {
    owner: withLogin(adminUrl, `${database}_owner`, secrets.owner),
    request: withLogin(adminUrl, `${database}_request`, secrets.request),
    listener: withLogin(adminUrl, `${database}_listener`, secrets.listener),
  }
  if (!await allConnect(Object.values(urls)))
    await makeLogins(adminUrl, urls)
  return urls
}

/** Creates or repairs the three logins named in `urls`, with the passwords found there. */
export async function makeLogins(adminUrl: string, urls: Required<LoginUrls>): Promise<void> {
  await withClient(adminUrl, async (admin) => {
    // Two processes that start at once must not both create: roles belong to the whole server.
    await admin.query('select pg_advisory_lock(hashtext(\'homeroom logins\'))')
    const database = quoteIdentifier(databaseName(adminUrl))
    const [owner, request, listener] = [urls.owner, urls.request, urls.listener].map(loginOf)
    for (const login of [owner!, request!, listener!]) {
      const { rows: [known] } = await admin.query('select rolsuper or rolcreatedb or rolreplication or rolbypassrls as privileged from pg_roles where rolname = $1', [login.name])
      const rights = `noinherit ${login === owner ? 'createrole' : 'nocreaterole'} password ${quoteLiteral(login.password)}`
      // A new role has none of these, and an administrator who is no superuser may not even name them.
      const less = known?.privileged ? 'nosuperuser nocreatedb noreplication nobypassrls' : ''
      // A new one may sign in only when everything else is done: until then the next start begins again.
      await admin.query(`${known ? 'alter' : 'create'} role ${quoteIdentifier(login.name)} ${rights} ${less}`)
    }
    const name = (login: { name: string } | undefined) => quoteIdentifier(login!.name)
    const statements = [
      `revoke all on database ${database} from public`,
      `grant connect, create on database ${database} to ${name(owner)}`,
      `grant connect on database ${database} to ${name(request)}, ${name(listener)}`,
      'revoke all on schema public from public',
      // Inside a transaction `set_config('role', …)` changes the role: only logins that change it on purpose may call it.
      'revoke execute on function pg_catalog.set_config(text, text, boolean) from public',
      `grant execute on function pg_catalog.set_config(text, text, boolean) to ${name(owner)}, ${name(request)}`,
      // They hold for the tenants' roles too: `set role` brings no settings of its own.
      ...[['statement_timeout', '5s'], ['lock_timeout', '2s'], ['idle_in_transaction_session_timeout', '10s'], ['search_path', '']].map(([key, value]) =>
        `alter role ${name(request)} in database ${database} set ${key} = '${value}'`),
      // Whoever hangs up is not waited for: a statement ends within a second of its connection.
      `alter role ${name(request)} in database ${database} set client_connection_check_interval = '1s'`,
      `alter role ${name(owner)} in database ${database} set lock_timeout = '10s'`,
      `alter role ${name(owner)} in database ${database} set idle_in_transaction_session_timeout = '60s'`,
    ]
    for (const statement of statements)
      await tolerant(admin, statement)
    for (const login of [owner, request, listener])
      await admin.query(`alter role ${name(login)} login`)
  })
}

/** A managed server may keep some of these to itself: no reason to stop here, the check at the start says what is missing. */
async function tolerant(admin: pg.Client, statement: string): Promise<void> {
  try {
    await admin.query(statement)
  }
  catch (error) {
    // 22023: a system on which PostgreSQL cannot look after its connections.
    if (!['42501', '22023'].includes((error as { code?: string }).code ?? ''))
      throw error
  }
}

async function allConnect(urls: readonly string[]): Promise<boolean> {
  const results = await Promise.all(urls.map(url => withClient(url, async () => true).catch((error: { code?: string }) => {
    // 28xxx: no such login or another password, 42501: may not connect here. Everything else is not ours to mend.
    if (error.code?.startsWith('28') || error.code === '42501')
      return false
    throw error
  })))
  return results.every(Boolean)
}

/** This database's passwords, made at the first start. */
function keepPasswords(dataDir: string, database: string): z.infer<typeof passwords> {
  const secret = () => randomBytes(24).toString('base64url')
  const text = keptFile(join(dataDir, `logins-${database}.json`), () =>
    JSON.stringify({ owner: secret(), request: secret(), listener: secret() }))
  return passwords.parse(JSON.parse(text))
}

function databaseName(url: string): string {
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  if (!/^[a-z_]\w{0,52}$/i.test(name))
    throw new Error('The database URL must name a database of up to 53 letters, digits and underscores: the logins are named after it.')
  return name
}

function withLogin(adminUrl: string, name: string, password: string): string {
  const url = new URL(adminUrl)
  url.username = encodeURIComponent(name)
  url.password = encodeURIComponent(password)
  return url.href
}

/** Name and password in a connection URL. */
export function loginOf(url: string): { name: string, password: string } {
  const { username, password } = new URL(url)
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) }
}
