import type { Config } from '../../src/config.ts'
import type { FleetSchool } from '../../test/harness/fleet.ts'
import type { Bench } from '../bench.ts'
import type { Counted } from '../harness/count-statements.ts'
import type { Line } from '../harness/report.ts'
import { openSuperadmins } from '../../src/compose.ts'
import { loadConfig } from '../../src/config.ts'
import { withClient } from '../../src/database/with-client.ts'
import { createLog } from '../../src/shared/log.ts'
import { graphqlClient } from '../../test/harness/client.ts'
import { makeFleet } from '../../test/harness/fleet.ts'
import { codeOf, signedIn } from '../../test/harness/sign-in.ts'
import { populateFleet } from '../harness/busy-fleet.ts'
import { countStatements } from '../harness/count-statements.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { summarise, takeTurns, timed } from '../harness/samples.ts'
import { scrolling } from './scrolling.ts'

const limitMs = 200
/** What the target is said of. */
const schools = 1_000

const row = `id name slug createdAt lifecycle lifecycleChangedAt lifecycleReason deleteAfter
  preparation { tenantId status step attempt maxAttempts sequence }
  operations { schemaVersion newestVersion behind setAsideCode memberCount lastActiveAt failure { step code message attempts maxAttempts at nextAttemptAt } }`
const page = `totalCount nodes { ${row} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`
const counts = 'counts { all failed preparing pending ready behind suspended archived deleting }'

/** What a console asks, as a superadmin over HTTP. */
const questions = {
  overview: ['first view: failures first, counts, causes', `{
    tenants(first: 50, orderBy: { field: FAILURES_FIRST }) { ${page} ${counts} }
    failedPreparations { code message count step cause oldestAt newestAt tenants { id name } }
  }`],
  search: ['search', `{ tenants(first: 50, filter: { search: "school 07" }, orderBy: { field: FAILURES_FIRST }) { ${page} ${counts} } }`],
  active: ['by last activity', `{ tenants(first: 50, orderBy: { field: LAST_ACTIVE_AT }) { ${page} } }`],
  figures: ['time to ready, 90 days', '{ preparationFigures(days: 90) { total { ready failed p50Seconds p95Seconds } points { from ready failed failureRate p50Seconds p95Seconds } } }'],
  school: ['one: facts, size, timeline', `query ($id: ID!) { fleetTenant(id: $id) { ${row} operations { sizeBytes timeline(first: 25) { nodes { id kind at endedAt title actorName reason details steps { name startedAt completedAt rolledBack } } pageInfo { hasNextPage endCursor } } } } }`],
} as const

/** The operator's view of a fleet: how long each question takes, and how many statements. */
export async function overview(bench: Bench): Promise<Line[]> {
  const count = Math.max(schools, bench.tenants)
  const homeroom = await openHomeroom()
  try {
    await homeroom.stopWorker()
    const [{ tenantId: id }] = await makeFleet(homeroom.urls, count) as [FleetSchool]
    await withClient(homeroom.urls.owner, populateFleet)
    const config = { ...loadConfig({ DATA_DIR: homeroom.dataDir, PORT: '0', LOG_LEVEL: 'error' }), rateLimits: false }
    const { accessToken, cookie } = await openOperator(homeroom.url, config, homeroom.urls)
    const operator = graphqlClient(homeroom.url, accessToken)
    const ask = (query: string) => timed(() => operator.ask(query, { id }))
    const sides = await takeTurns(bench.rounds(100), 5, {
      overview: () => ask(questions.overview[1]),
      search: () => ask(questions.search[1]),
      active: () => ask(questions.active[1]),
      figures: () => ask(questions.figures[1]),
      school: () => ask(questions.school[1]),
    })
    const statements = await countStatements(config, homeroom.urls, accessToken, Object.fromEntries([
      ['viewer', { query: '{ __typename }', variables: {} }],
      ...Object.entries(questions).map(([name, [, query]]) => [name, { query, variables: { id } }]),
    ]) as Record<keyof typeof questions | 'viewer', Counted>)
    const asked = (Object.keys(questions) as (keyof typeof questions)[]).map((name) => {
      const { p50, p95, count: times } = summarise(sides[name])
      return {
        what: `console of ${count} schools, ${questions[name][0]}`,
        floor: [],
        ours: [p50, p95],
        unit: 'ms',
        held: [p95],
        heldUnit: 'ms',
        target: `≤ ${limitMs} ms, p95`,
        met: p95 <= limitMs,
        notes: [`one GraphQL request over HTTP, as a superadmin; ${times} times; ${statements[name]} statements, of which ${statements.viewer} to know who asks`],
      }
    })
    return [...asked, await scrolling(bench, { url: homeroom.url, cookie, schools: count })]
  }
  finally {
    await homeroom.stop()
  }
}

type Urls = Awaited<ReturnType<typeof openHomeroom>>['urls']

/** The session of a superadmin with a second factor. */
async function openOperator(url: string, config: Config, urls: Urls): Promise<{ accessToken: string, cookie: string }> {
  const account = { email: 'overview@operator.example', name: 'Olga Overview', password: 'correct horse battery staple' }
  const { superadmins, stop } = await openSuperadmins(config, urls, createLog('silent'))
  const factor = await superadmins.create(account, true).finally(stop)
  return signedIn(graphqlClient(url), { email: account.email, password: account.password, totp: codeOf(factor!.secret) })
}
