import { expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { openHomeroom, password } from '../harness/homeroom.ts'
import { startHomeroom } from '../harness/process.ts'
import { signedIn } from '../harness/sign-in.ts'

const counter = new URL('../harness/count-requests-left.js', import.meta.url)

test('what was answered leaves memory with the young generation', async ({ onTestFinished }) => {
  const homeroom = await openHomeroom()
  onTestFinished(() => homeroom.stop())
  const { email } = await homeroom.openSchool('oakfield')
  const { request, listener } = homeroom.database.urls
  const api = await startHomeroom({
    PROCESS: 'api',
    REQUEST_DATABASE_URL: request,
    LISTENER_DATABASE_URL: listener,
    DATA_DIR: homeroom.config.dataDir,
    NODE_OPTIONS: `--import ${counter.href}`,
    // What was compiled before is of no use to a process with other flags.
    NODE_DISABLE_COMPILE_CACHE: '1',
  }, { onFinished: onTestFinished })

  const { client: member } = await signedIn(graphqlClient(api.url), { email, password })
  for (let times = 0; times < 200; times += 1)
    await member.ask('{ users(first: 1) { nodes { id } } dashboard { studentCount } }')
  await fetch(`${api.url}/livez?left`)
  const [, left, all] = /^(\d+) of (\d+) requests left$/.exec(await api.said(/ requests left$/))!
  expect(Number(all)).toBe(201)
  // Connections keep their last one, and a collection may have come in the middle of some.
  expect(Number(left)).toBeLessThan(20)
})
