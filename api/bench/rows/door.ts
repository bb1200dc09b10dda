import type { EntitySchema } from '@mikro-orm/postgresql'
import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { CompiledQuery } from 'kysely'
import pg from 'pg'
import { quoteIdentifier, schemaName } from '../../src/database/schema-names.ts'
import { openSchools } from '../../src/database/school-db.ts'
import { rosterRoom } from '../../src/school/roster/room.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { openBareClient } from '../harness/bare-client.ts'
import { distant } from '../harness/distance.ts'
import { median, summarise, takeTurns, timed } from '../harness/samples.ts'

const limits = { ms: 1, trips: 2 }
const wayMs = 10

/** What the way through the tenant door adds to one query: time, and round trips. */
export async function door(bench: Bench): Promise<Line[]> {
  const homeroom = await bench.homeroom()
  const bare = await openBareClient(homeroom)
  const tenantId = await bare.prepare()
  await bare.close()

  const near = openBoth(homeroom.urls, tenantId)
  const { floor, ours } = await takeTurns(bench.rounds(3000), 300, { floor: () => timed(near.floor), ours: () => timed(near.ours) })
  await near.close()

  // With the database far away, time counts round trips, whoever sends what in which packet.
  const [owner, request] = await Promise.all([distant(homeroom.urls.owner, wayMs), distant(homeroom.urls.request, wayMs)])
  const far = openBoth({ owner: owner.url, request: request.url }, tenantId)
  const slow = await takeTurns(bench.rounds(20), 2, { floor: () => timed(far.floor), ours: () => timed(far.ours) })
  await far.close()
  await Promise.all([owner.close(), request.close()])

  const bareTimes = summarise(floor)
  const ourTimes = summarise(ours)
  const added = [ourTimes.p50 - bareTimes.p50, ourTimes.p95 - bareTimes.p95]
  const trips = { floor: median(slow.floor) / (2 * wayMs), ours: median(slow.ours) / (2 * wayMs) }
  const tripsAdded = Math.round(trips.ours) - Math.round(trips.floor)
  return [{
    what: 'the tenant door adds to a query',
    floor: [bareTimes.p50, bareTimes.p95],
    ours: [ourTimes.p50, ourTimes.p95],
    unit: 'ms',
    held: added,
    heldUnit: 'ms more',
    target: `≤ ${limits.ms} ms, p95`,
    met: added[1]! <= limits.ms,
    notes: [`floor: the same statement by a pooled owner client without a transaction; ours: withTenant, read only; ${ourTimes.count} of each`],
  }, {
    what: 'round trips the door adds',
    floor: [trips.floor],
    ours: [trips.ours],
    unit: 'trips',
    held: [tripsAdded],
    heldUnit: 'more',
    target: `≤ ${limits.trips}`,
    met: tripsAdded <= limits.trips,
    notes: [`counted by time, through a proxy that holds every packet back for ${wayMs} ms each way`],
  }]
}

interface Both { floor: () => Promise<unknown>, ours: () => Promise<unknown>, close: () => Promise<void> }

/** One warm connection each way. */
function openBoth(urls: { owner: string, request: string }, tenantId: string): Both {
  const schema = quoteIdentifier(schemaName(tenantId))
  const pool = new pg.Pool({ connectionString: urls.owner, max: 1 })
  const schools = openSchools({ nodes: { main: urls.request }, poolSize: 1, entities: rosterRoom().entities as readonly EntitySchema[], metrics: createMetrics(), log: createLog('silent') })
  const statement = (from: string) => `select id, title, course_code from ${from} where course_code = $1`
  const bareText = statement(`${schema}.course`)
  const ourQuery = CompiledQuery.raw(statement('course'), ['MATH'])
  return {
    floor: () => pool.query(bareText, ['MATH']),
    ours: async () => (await schools).withTenant({ id: tenantId, node: 'main' }, db => db.rows().executeQuery(ourQuery), { readOnly: true }),
    close: async () => {
      await pool.end()
      await (await schools).close()
    },
  }
}
