import type pg from 'pg'
import type { Log } from '../shared/log.ts'
import type { LoginUrls } from './logins.ts'
import { ExtendedClient } from './extended-client.ts'
import { holesInWalls } from './login-walls.ts'
import { loginOf } from './logins.ts'

type Purpose = keyof LoginUrls

/** Something that takes a wall between schools away, or weakens it. */
export interface Hole {
  /** What is wrong, in words for whoever runs the server. */
  readonly problem: string
  /** What an administrator of the database may run to mend it, where that can be said. */
  readonly sql?: string
}

/** The logins are not set up as the walls between schools need it; `holes` has everything that is wrong. */
export class UnsafeLogins extends Error {
  constructor(readonly holes: readonly Hole[]) {
    super(`The database's logins are not safe to run with (SECURITY.md says what each may do):\n${holes.map(hole => `  ${inWords(hole)}`).join('\n')}`)
    this.name = 'UnsafeLogins'
  }
}

/**
 * Checks the logins that this process `uses`: what they are, what everybody may do beside them, and how their connections
 * behave. Throws UnsafeLogins with all that is wrong at once; what a managed server keeps to itself is a warning.
 */
export async function checkLogins({ urls, uses, log }: { urls: LoginUrls, uses: readonly Purpose[], log: Log }): Promise<void> {
  const holes = loginsWithTwoPurposes(urls)
  if (holes.length > 0)
    throw new UnsafeLogins(holes)
  const logins = uses.map(purpose => ({ purpose, one: clientOf(urls[purpose]), other: clientOf(urls[purpose]) }))
  const clients = logins.flatMap(({ one, other }) => [one, other])
  try {
    await Promise.all(clients.map(client => client.connect()))
    const names = await Promise.all(logins.map(async ({ purpose, one, other }) => {
      if (await settingsLeak(one, other))
        holes.push({ problem: `The ${purpose} login's connections go through a pooler that gives them to another client after each transaction, settings and all: let ${purpose.toUpperCase()}_DATABASE_URL name PostgreSQL itself, or a pooler in session mode.` })
      return (await one.query<{ name: string }>('select session_user::text as name')).rows[0]?.name
    }))
    // The request login's own settings are judged, so it asks where it can.
    const asking = logins.find(({ purpose }) => purpose === 'request') ?? logins[0]
    const found = await asking!.one.query<{ refuses: boolean, problem: string, sql: string | null }>(holesInWalls, [uses, names])
    for (const { refuses, problem, sql } of found.rows) {
      const hole = { problem, ...sql !== null && { sql } }
      if (refuses)
        holes.push(hole)
      else
        log.warn(inWords(hole))
    }
  }
  finally {
    await Promise.allSettled(clients.map(client => client.end()))
  }
  if (holes.length > 0)
    throw new UnsafeLogins(holes)
}

function inWords({ problem, sql }: Hole): string {
  return sql === undefined ? problem : `${problem} As administrator: ${sql};`
}

function loginsWithTwoPurposes(urls: LoginUrls): Hole[] {
  const purposes = Map.groupBy(Object.entries(urls).filter(([, url]) => url !== undefined), ([, url]) => loginOf(url).name)
  return [...purposes].filter(([, same]) => same.length > 1).map(([name, same]) => ({
    problem: `${same.map(([purpose]) => purpose).join(' and ')} are one login, "${name}": each may what the others must not, so give each its own.`,
  }))
}

/** Whether a session's setting is seen by another session, or lost by its own: told by what happens, whoever stands between. */
async function settingsLeak(one: pg.Client, other: pg.Client): Promise<boolean> {
  const marked = async (client: pg.Client) => {
    const { rows: [row] } = await client.query<{ mark: string | null }>('select current_setting(\'homeroom.mark\', true) as mark')
    return row?.mark === 'here'
  }
  // Two connections that take turns: the first round tells nothing, the second begins on the other one.
  for (let round = 0; round < 3; round++) {
    await one.query('set homeroom.mark = \'here\'')
    if (await marked(other) || !await marked(one))
      return true
  }
  return false
}

/** As requests are served: one statement a message. */
function clientOf(url: string | undefined): pg.Client {
  const client = new ExtendedClient({ connectionString: url, application_name: 'homeroom check', connectionTimeoutMillis: 5_000, query_timeout: 10_000 })
  client.on('error', () => {}) // the query in flight rejects with the same error
  return client
}
