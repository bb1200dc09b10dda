import type { ServerResponse } from 'node:http'
import type { TestHomeroom } from '../harness/homeroom.ts'
import type { ToldEvent } from '../harness/webhook-endpoint.ts'
import type { Told } from '../harness/webhook.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { schemaName } from '../../src/database/schema-names.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { makeEndpoint, quickly, verified } from '../harness/webhook-endpoint.ts'
import { openReceiver } from '../harness/webhook.ts'

const changes = 10_000
/** Records that are changed again and again: each version of each is a change. */
const records = Array.from({ length: 500 }, () => randomUUID())
/** Changes in one transaction of the school. */
const batch = 100

let homeroom: TestHomeroom
beforeAll(async () => {
  // A hundred tries, as fast as jobs allow: no receiver is given up, however badly it behaves.
  homeroom = await openHomeroom({ config: { webhooks: { ...quickly, retrySeconds: Array.from<number>({ length: 100 }).fill(0.1), timeoutSeconds: 0.5 } } })
})
afterAll(() => homeroom?.stop())

/** One receiver after the other at the same port, which fails, hangs, points elsewhere, breaks off, says nothing sensible, and mostly works. */
function awkward() {
  const hanging = new Set<ServerResponse>()
  const moods: ((response: ServerResponse) => void)[] = [
    response => void response.writeHead(500).end('no'),
    response => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    response => void response.socket!.destroy(),
    response => void response.writeHead(429, { 'retry-after': '0' }).end(),
  ]
  let count = 0
  return {
    /** What it took, as it understood it: what it answered with 2xx. */
    answer(response: ServerResponse, take: () => void) {
      count += 1
      if (count % 997 === 0)
        return void hanging.add(response)
      if (count % 7 === 0)
        return moods[count % moods.length]!(response)
      take()
      response.writeHead(204).end()
    },
  }
}

test('of 10,000 changes every one arrives with its record\'s version, none forged, none of what was rolled back, however the receiver behaves', async () => {
  const school = await homeroom.openSchool('oakfield')
  const schema = schemaName(school.tenantId)
  const taken: Told[] = []
  const heard = new Set<string>()
  const tried = new Set<string>()
  const { answer } = awkward()
  const listen = (response: ServerResponse, last: Told) => {
    tried.add(last.body)
    answer(response, () => {
      taken.push(last)
      heard.add(nameOf(JSON.parse(last.body) as ToldEvent))
    })
  }

  let receiver = await openReceiver(0, listen)
  const { secret } = await makeEndpoint(school.client, receiver.url)
  await plantClasses(schema)
  // As rooms do it: records and what is told of them in one transaction of the school, whose commit wakes the courier.
  const expected = new Set<string>()
  let rolledBack = 0
  for (let from = 0, version = 2; from < changes; from += records.length, version++) {
    for (let at = 0; at < records.length; at += batch) {
      const some = records.slice(at, at + batch)
      // Changed, told and taken back: under versions that nobody may ever hear of.
      if ((at / batch + version) % 4 === 0) {
        await change(school.tenantId, some, 1_000_000, 'rollback')
        rolledBack += some.length
      }
      await change(school.tenantId, some, 1, 'commit')
      some.forEach(id => expected.add(`${id} ${version}`))
    }
    // It restarts again and again; while it is away nobody answers.
    if (version % 4 === 0) {
      const { port } = new URL(receiver.url)
      await receiver.stop()
      receiver = await openReceiver(Number(port), listen)
    }
  }
  expect([expected.size, rolledBack]).toEqual([changes, 2_500])

  await expect.poll(() => heard.size, { timeout: 240_000, interval: 100 }).toBe(changes)
  expect([...expected].filter(name => !heard.has(name))).toEqual([])
  // Whatever was ever sent, taken or not: signed, of this school, and nothing of what did not happen.
  for (const told of taken)
    expect(verified(told, secret).tenantId).toBe(school.tenantId)
  expect([...tried].map(body => nameOf(JSON.parse(body) as ToldEvent)).filter(name => !expected.has(name))).toEqual([])
  // Told again it has the id it had: by that a receiver knows it, and so each change has one.
  const ids = new Map<string, Set<unknown>>()
  for (const { body, headers } of taken)
    ids.set(body, (ids.get(body) ?? new Set()).add(headers['webhook-id']))
  expect([...ids.values()].filter(({ size }) => size !== 1)).toEqual([])
  expect(new Set([...ids.values()].flatMap(each => [...each])).size).toBe(changes)
  // A receiver that drops what is older than what it has ends with the last version of each, in whatever order they came.
  const kept = new Map<string, number>()
  for (const { body } of taken) {
    const { id, version } = (JSON.parse(body) as ToldEvent).data
    kept.set(id, Math.max(kept.get(id) ?? 0, version!))
  }
  const versions = await homeroom.database.sql<{ id: string, version: number }>(`select id, version from ${schema}.class where id = any($1)`, [records])
  expect(kept).toEqual(new Map(versions.map(({ id, version }) => [id, version])))
  await expect.poll(() => homeroom.database.sql('select state, count(*)::int from platform.webhook_delivery group by 1'), { timeout: 30_000, interval: 100 }).toEqual([{ state: 'DELIVERED', count: changes }])
  await receiver.stop()
}, 300_000)

const nameOf = ({ data }: ToldEvent) => `${data.id} ${data.version}`

async function plantClasses(schema: string) {
  const course = randomUUID()
  await homeroom.database.sql(`insert into ${schema}.course (id, sourced_id, title, org_id) select $1::uuid, $1::text, 'Analysis', id from ${schema}.org`, [course])
  await homeroom.database.sql(`insert into ${schema}.class (id, sourced_id, title, course_id, school_id) select r.id, r.id::text, 'Analysis', $2, org.id from unnest($1::uuid[]) as r (id), ${schema}.org`, [records, course])
}

async function change(tenantId: string, ids: readonly string[], by: number, end: 'commit' | 'rollback') {
  const schema = schemaName(tenantId)
  await homeroom.database.sql([
    'begin',
    `with changed as (
        update ${schema}.class set version = version + ${by} where id = any('{${ids.join(',')}}') returning id, version
      ) insert into ${schema}.outbox (actor_kind, action, subject_type, subject_id, subject_version) select 'system', 'class.changed', 'class', id, version from changed`,
    `select pg_notify('school_changed', json_build_object('tenantId', '${tenantId}')::text)`,
    end,
  ].join(';\n'))
}
