import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { openBareClient } from '../harness/bare-client.ts'
import { openSocket, signUp } from '../harness/client.ts'
import { median, summarise, takeTurns, timed } from '../harness/samples.ts'

const limit = 2

interface Moments { readonly answeredAt: number, readonly heardAt: number, readonly tenantId: string }

/** From the answer of `createTenant` to READY on the socket, against the bare client that makes the same school. */
export async function ready(bench: Bench): Promise<Line[]> {
  const homeroom = await bench.homeroom()
  const bare = await openBareClient(homeroom)
  const socket = await openSocket(homeroom.url)
  const moments: Moments[] = []
  const { floor, ours } = await takeTurns(bench.rounds(60), 8, {
    floor: () => timed(() => bare.prepare()),
    ours: async () => {
      const { tenantId } = await signUp(homeroom.url)
      const answeredAt = performance.now()
      await socket.ready(tenantId)
      const heardAt = performance.now()
      moments.push({ answeredAt, heardAt, tenantId })
      return heardAt - answeredAt
    },
  })
  const bareTimes = summarise(floor)
  const ourTimes = summarise(ours)
  const ratios = [ourTimes.p50 / bareTimes.p50, ourTimes.p95 / bareTimes.p95]
  const notes = [
    `floor: one warm \`pg\` client as owner, same statements, one transaction; ${ourTimes.count} schools each in turn; no spare schools`,
    'ours: a socket connected before the sign-up, the subscription sent when the answer is there',
    await whereTheTimeGoes(bare.pg, moments.slice(-ours.length)),
  ]
  await Promise.all([bare.close(), socket.close()])
  return [{
    what: 'answer → READY on the socket, cold',
    floor: [bareTimes.p50, bareTimes.p95],
    ours: [ourTimes.p50, ourTimes.p95],
    unit: 'ms',
    held: ratios,
    heldUnit: '×',
    target: `≤ ${limit} ×, p50 and p95`,
    met: ratios.every(ratio => ratio <= limit),
    notes,
  }]
}

/** Bench and database share the machine's clock, so their moments can stand side by side. */
async function whereTheTimeGoes(pg: { query: (text: string, values: unknown[]) => Promise<{ rows: Record<string, number | string>[] }> }, moments: readonly Moments[]): Promise<string> {
  const { rows } = await pg.query(`
    select t.id, extract(epoch from a.started_at) * 1000 as begun, extract(epoch from t.preparation_completed_at) * 1000 as sealed
    from platform.tenant t join platform.preparation_attempt a on a.tenant_id = t.id where t.id = any($1)`, [moments.map(({ tenantId }) => tenantId)])
  const recorded = new Map(rows.map(row => [row.id, { begun: Number(row.begun), sealed: Number(row.sealed) }]))
  const parts = moments.map(({ answeredAt, heardAt, tenantId }) => {
    const { begun, sealed } = recorded.get(tenantId)!
    return [begun - performance.timeOrigin - answeredAt, sealed - begun, performance.timeOrigin + heardAt - sealed]
  })
  const [pickUp, work, push] = [0, 1, 2].map(part => median(parts.map(part_ => part_[part]!)).toFixed(1))
  return `where it goes, p50: ${pickUp} ms to PREPARING, ${work} ms to READY as it is written, ${push} ms to commit, job completion and the socket`
}
