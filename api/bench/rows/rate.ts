import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { openBareClient } from '../harness/bare-client.ts'
import { openCrowd } from '../harness/crowd.ts'
import { parallelism } from '../harness/homeroom.ts'
import { median, takeTurns, timed } from '../harness/samples.ts'

const limit = 0.8
const crowdSize = 24

/** Preparations per second when many wait, against bare clients at the same parallelism. */
export async function rate(bench: Bench): Promise<Line[]> {
  const homeroom = await bench.homeroom()
  const crowd = await openCrowd(homeroom)
  const bare = await Promise.all(Array.from({ length: parallelism }, () => openBareClient(homeroom)))
  const perSecond = (ms: number) => crowdSize / ms * 1000
  const { floor, ours } = await takeTurns(bench.rounds(8), 1, {
    floor: async () => perSecond(await timed(async () => {
      let left = crowdSize
      await Promise.all(bare.map(async (client) => {
        while (left-- > 0)
          await client.prepare()
      }))
    })),
    ours: async () => perSecond(await crowd.prepare(crowdSize)),
  })
  await Promise.all([crowd.close(), ...bare.map(client => client.close())])
  const ratio = median(ours) / median(floor)
  return [{
    what: 'preparations per second',
    floor: [median(floor)],
    ours: [median(ours)],
    unit: '/s',
    held: [ratio],
    heldUnit: '×',
    target: `≥ ${limit} ×`,
    met: ratio >= limit,
    notes: [`${ours.length} rounds of ${crowdSize} schools; one worker process with ${parallelism} preparations at a time, ${parallelism} bare clients; ours counts from the commit that queued them all to the last READY`],
  }]
}
