import type { GraphqlClient } from '../harness/client.ts'
import { expect, test } from 'vitest'
import { graphqlClient } from '../harness/client.ts'
import { openFolder, serversIn } from '../harness/embedded-owners.ts'
import { launchHomeroom, startHomeroom } from '../harness/process.ts'
import { openSchool, password } from '../harness/sign-up.ts'

const dashboard = '{ viewer { tenant { slug } } dashboard { studentCount schoolYear { title children { title } } } }'

async function signIn(visitor: GraphqlClient, email: string): Promise<string> {
  const answer = await visitor.ask<{ signIn: { accessToken: string } }>('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }', { input: { email, password } })
  return answer.signIn.accessToken
}

test('npm start brings a school from sign-up to its dashboard; Ctrl-C ends everything; the school is still there, also after kill -9', async () => {
  const environment = { DATA_DIR: await openFolder() }

  const first = await startHomeroom(environment, { program: 'start' })
  expect(first.stdout.match(/\w+:\/\/\S+/g)).toEqual([first.url])
  const { client, email } = await openSchool(graphqlClient(first.url), 'oakfield')
  const shown = await client.ask(dashboard)
  expect(shown).toMatchObject({ viewer: { tenant: { slug: 'oakfield' } }, dashboard: { studentCount: 0, schoolYear: { children: [{}, {}] } } })
  first.signal('SIGINT')
  expect(await first.ended).toEqual({ code: 0, signal: null })
  expect(await serversIn(environment.DATA_DIR)).toEqual([])

  const second = await startHomeroom(environment)
  const token = await signIn(graphqlClient(second.url), email)
  expect(await graphqlClient(second.url, token).ask(dashboard)).toEqual(shown)
  await second.kill()

  // At once: the database may be running without an owner, shutting down, or gone.
  const third = await startHomeroom(environment)
  expect(await graphqlClient(third.url, token).ask(dashboard)).toEqual(shown)
  expect(await serversIn(environment.DATA_DIR)).toHaveLength(1)
  await signIn(graphqlClient(third.url), email)
  expect(await third.stop()).toEqual({ code: 0, signal: null })
  expect(await serversIn(environment.DATA_DIR)).toEqual([])
}, 120_000)

test('Ctrl-C in the middle of the first start ends it without a word, and the next start completes it', async () => {
  const environment = { DATA_DIR: await openFolder() }
  const interrupted = await launchHomeroom(environment)
  await interrupted.said(/platform migrated/)
  interrupted.signal('SIGINT')
  expect(await interrupted.ended).toEqual({ code: 0, signal: null })
  expect(interrupted.stderr).toBe('')
  const homeroom = await startHomeroom(environment)
  await openSchool(graphqlClient(homeroom.url), 'oakfield')
  expect(await homeroom.stop()).toEqual({ code: 0, signal: null })
}, 120_000)
