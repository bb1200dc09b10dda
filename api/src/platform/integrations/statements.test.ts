import type { GraphqlClient } from '../../../test/harness/client.ts'
import type { SignedUp, TestHomeroom } from '../../../test/harness/homeroom.ts'
import type { Sent } from '../../../test/harness/statements.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { everyScope, makeKey } from '../../../test/harness/keys.ts'
import { sentDuring } from '../../../test/harness/statements.ts'

let homeroom: TestHomeroom
let school: SignedUp

beforeAll(async () => {
  // The worker, which asks by itself, is gone before anything is counted.
  homeroom = await openHomeroom({ worker: false, config: { rateLimits: true } })
  const worker = await homeroom.startWorker()
  school = await homeroom.openSchool('counted')
  await worker.stop()
})
afterAll(() => homeroom?.stop())

/** What the database is asked for an answer that was given before, but for what is written down beside answers now and then. */
async function statementsOf(client: GraphqlClient, document: string): Promise<Sent[]> {
  const answer = await client.ask(document)
  const all = await sentDuring(async (sent) => {
    expect(await client.ask(document)).toEqual(answer)
    // The end of a reader's transaction comes behind the answer.
    await vi.waitUntil(() => sent().some(({ text }) => text === 'commit'), { timeout: 30_000, interval: 5 })
  })
  return all.filter(({ text }) => !/insert into platform.api_request|update platform.api_key/.test(text))
}

test('a read takes one statement beside its transaction\'s, of a person and of a key alike: the school is read with who they are, and points were taken before', async () => {
  for (const client of [school.client, (await makeKey(school.client, everyScope)).client]) {
    const statements = await statementsOf(client, '{ courses(first: 1) { nodes { title } } }')
    expect(statements.map(({ text }) => text)).toEqual([
      expect.stringContaining('join platform.tenant t on t.id = '),
      'begin isolation level repeatable read read only',
      expect.stringContaining('set_config'),
      expect.stringContaining('from "course"'),
      'commit',
    ])
    // What every request asks is planned once a connection; what is the school's own is when it comes again on one.
    expect(statements.filter(({ text }) => !text.includes('from "course"')).every(({ name }) => name !== undefined)).toBe(true)
  }
})
