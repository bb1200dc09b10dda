import type { ServerResponse } from 'node:http'
import type { PostgresServer } from '../harness/process-postgres.ts'
import type { Told } from '../harness/webhook.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { openPostgres } from '../harness/process-postgres.ts'
import { startHomeroom } from '../harness/process.ts'
import { openSchool } from '../harness/sign-up.ts'
import { addStudent, deliveryLog, makeEndpoint, verified } from '../harness/webhook-endpoint.ts'
import { openReceiver } from '../harness/webhook.ts'

let server: PostgresServer
beforeAll(async () => { server = await openPostgres() })
afterAll(() => server?.close())

test('a worker that is killed in the middle of sending loses nothing: another one sends it again, under the same ids', async () => {
  const environment = {
    DATABASE_URL: await server.database('webhooks_killed'),
    DATA_DIR: `${server.folder}/webhooks-killed`,
    RATE_LIMITS: 'off',
    WEBHOOK_ALLOW_PRIVATE: 'on',
    WEBHOOK_TIMEOUT_SECONDS: '20',
  }
  const api = await startHomeroom({ ...environment, PROCESS: 'api' })
  const killed = await startHomeroom({ ...environment, PROCESS: 'worker' })
  await killed.said(/WEBHOOK_ALLOW_PRIVATE is on/)
  const school = await openSchool(graphqlClient(api.url), 'killed')
  const receiver = await openReceiver()
  const { secret } = await makeEndpoint(school.client, receiver.url)

  // They are all on their way, and nobody has answered: whether they were taken, the worker never learns.
  const unanswered: ServerResponse[] = []
  receiver.answer(response => void unanswered.push(response))
  const students = [await addStudent(school.client, 'First'), await addStudent(school.client, 'Second'), await addStudent(school.client, 'Third')]
  await expect.poll(() => unanswered.length).toBeGreaterThan(0)
  await killed.kill()
  const before = [...receiver.told]

  const taken: Told[] = []
  receiver.answer((response, told) => {
    taken.push(told)
    response.writeHead(204).end()
  })
  await startHomeroom({ ...environment, PROCESS: 'worker' })
  await expect.poll(() => new Set(taken.map(told => verified(told, secret).data.id)), { timeout: 60_000 }).toEqual(new Set(students))
  const ids = new Map(taken.map(({ headers, body }) => [body, headers['webhook-id']]))
  expect(before.map(({ body }) => ids.get(body))).toEqual(before.map(({ headers }) => headers['webhook-id']))
  await expect.poll(async () => (await deliveryLog(school.client)).map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED'])
  await receiver.stop()
}, 120_000)
