import type { SchoolMigration } from '../../migrations/school/index.ts'
import type { MemberRole } from '../../src/access/principal.ts'
import type { SchoolDb } from '../../src/database/school-db.ts'
import type { FieldError } from '../../src/shared/errors.ts'
import type { TestDatabase } from './database.ts'
import type { RosterAnswer } from './roster-answers.ts'
import { randomUUID } from 'node:crypto'
import { graphql, GraphQLError } from 'graphql'
import pg from 'pg'
import { schoolMigrations } from '../../migrations/school/index.ts'
import { RequestContext } from '../../src/access/request-context.ts'
import { SchoolDoor } from '../../src/access/school-door.ts'
import { loginOf } from '../../src/database/logins.ts'
import { schemaName } from '../../src/database/schema-names.ts'
import { openSchools } from '../../src/database/school-db.ts'
import { ExpectedError } from '../../src/shared/errors.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { graphqlSchema } from '../../src/transport/schema.ts'
import { openTestDatabase } from './database.ts'

export interface TestSchool {
  readonly id: string
  /** A piece of work in one transaction, under the school's role. */
  work: <T>(fn: (db: SchoolDb) => Promise<T>) => Promise<T>
  /** The door to the school, as one operation of a member has it; to be ended. */
  door: () => SchoolDoor
  /** What fields answer to a member; throws the first error, `extensions` and all. */
  ask: (query: string, variables?: Record<string, unknown>, as?: MemberRole) => Promise<RosterAnswer>
  /** Any statement in the school's schema, as superuser. */
  sql: <Row = Record<string, unknown>>(text: string, values?: unknown[]) => Promise<Row[]>
}

export interface TwoSchools {
  readonly database: TestDatabase
  readonly oakfield: TestSchool
  readonly riverside: TestSchool
  readonly close: () => Promise<void>
}

/** Two schools in one database, made as the worker makes them, and asked through the roster's own schema without HTTP. */
export async function openTwoSchools(options: { now?: () => Date, timeZones?: readonly [string, string], migrations?: readonly SchoolMigration[], patient?: boolean } = {}): Promise<TwoSchools> {
  const now = options.now ?? (() => new Date())
  const database = await openTestDatabase(options)
  // First, since type-graphql's decorators need it when the room is read.
  await import('reflect-metadata')
  const { preparationSteps } = await import('../../src/platform/preparation/room.ts')
  const { rosterRoom } = await import('../../src/school/roster/room.ts')
  const roster = rosterRoom({ now })
  const schema = await graphqlSchema(roster.resolvers)
  const schools = await openSchools({ nodes: { main: database.urls.request }, poolSize: 4, entities: roster.entities, metrics: createMetrics(), log: createLog('silent') })
  const [{ version }] = await database.sql<{ version: number }>(`select current_setting('server_version_num')::int as version`) as [{ version: number }]
  const steps = preparationSteps({ requestLogin: loginOf(database.urls.request).name, serverVersion: version, migrations: options.migrations ?? schoolMigrations, seeds: roster.seeds })

  async function open(name: string, timeZone: string): Promise<TestSchool> {
    const id = randomUUID()
    const owner = new pg.Client({ connectionString: database.urls.owner })
    await owner.connect()
    await owner.query('begin')
    for (const step of steps)
      await step.run({ executeSql: (text, values) => owner.query(text, values) }, { tenantId: id, name, timeZone, locale: 'en', now: now(), restoredFrom: null, cycle: 1 })
    await owner.query('commit')
    await owner.end()
    const address = { id, node: 'main' }
    const door = (accountId = randomUUID()) => new SchoolDoor(schools, { admit: async () => address, mayWrite: true, trail: { actor: { kind: 'member', id: accountId }, requestId: 'a request' } })
    return {
      id,
      door,
      work: fn => schools.withTenant(address, fn),
      async ask(query, variables, role = 'OFFICE') {
        const accountId = randomUUID()
        const school = door(accountId)
        const contextValue = new RequestContext({
          requestId: randomUUID(),
          openLog: () => createLog('silent'),
          client: { address: '127.0.0.1', userAgent: undefined, refreshToken: undefined, keepRefreshToken: () => {} },
          principal: { kind: 'member', accountId, sessionId: randomUUID(), tenantId: id, role, suspended: false, expiresAt: new Date(Date.now() + 60_000) },
          tenantId: id,
          school,
        })
        const { data, errors } = await graphql({ schema, source: query, variableValues: variables, contextValue })
        await school.end()
        if (errors)
          throw errors.at(0) ?? new Error('The answer has an empty list of errors.')
        return data as unknown as RosterAnswer
      },
      sql: (text, values) => database.sql(text.replaceAll('~', `${schemaName(id)}.`), values),
    }
  }

  const [first, second] = options.timeZones ?? ['Europe/Zurich', 'Pacific/Auckland']
  const oakfield = await open('Oakfield', first)
  const riverside = await open('Riverside', second)
  return {
    database,
    oakfield,
    riverside,
    async close() {
      await schools.close()
      await database.drop()
    },
  }
}

/** What a refused answer tells the client. */
export async function refusal(answer: Promise<unknown>): Promise<{ code: string, message: string, fields: readonly FieldError[], facts?: Readonly<Record<string, unknown>> }> {
  try {
    await answer
  }
  catch (error) {
    const known = error instanceof GraphQLError ? error.originalError : error
    if (known instanceof ExpectedError)
      return { code: known.code, message: known.message, fields: known.fields ?? [], ...(Object.keys(known.facts).length > 0 && { facts: known.facts }) }
    throw error
  }
  throw new Error('This was to be refused, and was answered.')
}
