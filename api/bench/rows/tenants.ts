import type { Bench } from '../bench.ts'
import type { Crowd } from '../harness/crowd.ts'
import type { Homeroom } from '../harness/homeroom.ts'
import type { Line } from '../harness/report.ts'
import { openCrowd } from '../harness/crowd.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { summarise, takeTurns } from '../harness/samples.ts'

const few = 10
const limit = 1.5
const crowdSize = 8

/** Preparations among many existing schools, against the same among few: two servers side by side. */
export async function tenants(bench: Bench): Promise<Line[]> {
  const small = await openSide(few)
  const large = await openSide(bench.tenants)
  try {
    const perSchool = (ms: number) => ms / crowdSize
    const { floor, ours } = await takeTurns(bench.rounds(8), 1, {
      floor: async () => perSchool(await small.crowd.prepare(crowdSize)),
      ours: async () => perSchool(await large.crowd.prepare(crowdSize)),
    })
    const atFew = summarise(floor)
    const atMany = summarise(ours)
    const ratio = atMany.p50 / atFew.p50
    return [{
      what: `a preparation at ${bench.tenants} tenants`,
      floor: [atFew.p50, atFew.p95],
      ours: [atMany.p50, atMany.p95],
      unit: 'ms',
      held: [ratio],
      heldUnit: '×',
      target: `≤ ${limit} × at ${few}`,
      met: ratio <= limit,
      notes: [`floor: the same Homeroom at ${few} tenants, on a server of its own; ${ours.length} rounds of ${crowdSize} schools${bench.tenants < 5000 ? '; --tenants 5000 for the full row' : ''}`],
    }]
  }
  finally {
    await Promise.all([small.close(), large.close()])
  }
}

async function openSide(existing: number): Promise<{ homeroom: Homeroom, crowd: Crowd, close: () => Promise<void> }> {
  const homeroom = await openHomeroom()
  const crowd = await openCrowd(homeroom)
  for (let made = 0; made < existing; made += 50)
    await crowd.prepare(Math.min(50, existing - made))
  return {
    homeroom,
    crowd,
    async close() {
      await crowd.close()
      await homeroom.stop()
    },
  }
}
