import type { Bench } from '../bench.ts'
import type { StatusSocket } from '../harness/client.ts'
import type { Line } from '../harness/report.ts'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import WebSocket from 'ws'
import { startChild } from '../harness/children.ts'
import { openSocket } from '../harness/client.ts'
import { summarise, takeTurns } from '../harness/samples.ts'

const watchers = 1000
const limitMs = 100
const rival = fileURLToPath(new URL('../rivals/broadcast.ts', import.meta.url))

/** One change of one tenant's status, until the last of many watchers has it. */
export async function push(bench: Bench): Promise<Line[]> {
  const homeroom = await bench.homeroom()
  // Nobody but the bench changes the tenant.
  await homeroom.stopWorker()
  const writer = new pg.Client({ connectionString: homeroom.urls.owner })
  await writer.connect()
  const tenantId = randomUUID()
  await writer.query(`insert into platform.tenant (id, slug, slug_look, name, time_zone, locale) values ($1, $2, $2, 'Watched', 'UTC', 'en')`, [tenantId, `watched-${Date.now()}`])

  const broadcast = await startChild([rival], { DATABASE_URL: homeroom.urls.listener }, 'listening at ')
  const bare = await gather(() => openBare(broadcast.word))
  const ours = await gather(() => openWatcher(homeroom.url, tenantId))

  /** From the moment the change is sent to be committed. */
  const change = async (crowd: Gathering, statement: string, values: unknown[]) => {
    const everybody = crowd.everybodyHears()
    const started = performance.now()
    await writer.query(statement, values)
    await everybody
    return performance.now() - started
  }
  const taken = await takeTurns(bench.rounds(60), 5, {
    floor: () => change(bare, `select pg_notify('bench_broadcast', $1)`, [JSON.stringify({ tenantId, status: 'PREPARING', sequence: 1 })]),
    ours: () => change(ours, `
      with changed as (update platform.tenant set preparation_status = 'PREPARING', preparation_sequence = preparation_sequence + 1 where id = $1 returning id)
      select pg_notify('tenant_preparation_changed', json_build_object('tenantId', id)::text) from changed`, [tenantId]),
  })

  await Promise.all([bare.close(), ours.close()])
  await broadcast.stop()
  await writer.query('delete from platform.tenant where id = $1', [tenantId])
  await writer.end()
  await homeroom.startWorker()
  const floor = summarise(taken.floor)
  const last = summarise(taken.ours)
  return [{
    what: `a status to ${watchers} watchers`,
    floor: [floor.p50, floor.p95],
    ours: [last.p50, last.p95],
    unit: 'ms',
    held: [last.p99],
    heldUnit: 'ms p99',
    target: `≤ ${limitMs} ms, p99`,
    met: last.p99 <= limitMs,
    notes: [`floor: a bare \`ws\` server that passes NOTIFY on to ${watchers} sockets; both from sending the change to the last socket, ${last.count} changes; all sockets are one client process, which shares the cores`],
  }]
}

interface Gathering { everybodyHears: () => Promise<void>, close: () => Promise<void> }
type Opened = (heard: () => void) => Promise<() => void | Promise<void>>

/** Opens all sockets, a few at a time, and tells when each of them has heard once more. */
async function gather(opener: () => Opened): Promise<Gathering> {
  let missing = 0
  let done: (() => void) | undefined
  const heard = () => {
    missing -= 1
    if (missing === 0)
      done?.()
  }
  const closers: (() => void | Promise<void>)[] = []
  while (closers.length < watchers)
    closers.push(...await Promise.all(Array.from({ length: 50 }, () => opener()(heard))))
  return {
    everybodyHears: () => new Promise((resolve) => {
      missing = watchers
      done = resolve
    }),
    close: async () => { await Promise.all(closers.map(close => close())) },
  }
}

function openBare(url: string): Opened {
  return async (heard) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.on('message', (data: Buffer) => {
      JSON.parse(data.toString('utf8'))
      heard()
    })
    return () => socket.close()
  }
}

function openWatcher(url: string, tenantId: string): Opened {
  return async (heard) => {
    const socket: StatusSocket = await openSocket(url)
    // The current status comes first: from then on it listens.
    await new Promise<void>((resolve, reject) => {
      let first = true
      socket.watch(tenantId, () => {
        if (!first)
          return heard()
        first = false
        resolve()
      }).catch(reject)
    })
    return socket.close
  }
}
