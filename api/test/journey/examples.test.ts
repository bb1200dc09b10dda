import type { ChildProcess } from 'node:child_process'
import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import { spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../src/database/embedded/free-port.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { makeKey } from '../harness/keys.ts'
import { samplesOf } from '../harness/printed-samples.ts'
import { makeEndpoint, quickly } from '../harness/webhook-endpoint.ts'

const scopes = ['roster.users:read', 'roster.classes:read', 'roster.enrollments:read']

let homeroom: TestHomeroom
beforeAll(async () => {
  homeroom = await openHomeroom({ webRoot: fileURLToPath(new URL('../../../web/dist', import.meta.url)), config: { webhooks: quickly } })
})
afterAll(() => homeroom.stop())

interface Copy { cursor: string, records: Record<string, { type: string, version: number, familyName?: string, role?: string }> }

/** What the school has, as a copy should have it, asked for record by record rather than by its changes. */
async function truth({ client }: SignedUp) {
  const { users, classes, enrollments } = await client.ask<Record<'users' | 'classes' | 'enrollments', { nodes: { id: string, version: number }[] }>>(
    '{ users(first: 100) { nodes { id version } } classes(first: 100) { nodes { id version } } enrollments(first: 100) { nodes { id version } } }',
  )
  return Object.fromEntries([...users.nodes, ...classes.nodes, ...enrollments.nodes].map(({ id, version }) => [id, version]))
}

describe.each([
  { language: 'ts', file: 'roster-copy.ts', program: process.execPath },
  { language: 'python', file: 'roster_copy.py', program: 'python3' },
])('the $language program, as the page prints it', ({ language, file, program }) => {
  test('makes a copy, hears of what changes, ignores what is forged, and catches up after it was away', async () => {
    const school = await homeroom.openSchool(`copied-${language}`)
    const { client } = school
    const add = async (familyName: string) => (await client.ask<{ addStudent: { id: string, version: number } }>('mutation ($input: AddStudentInput!) { addStudent(input: $input) { id version } }', { input: { givenName: 'Ada', familyName } })).addStudent
    const ada = await add('Lovelace')

    const folder = await mkdtemp(join(tmpdir(), 'copy-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const printed = (await samplesOf(`${homeroom.api.url}/docs/examples/`)).find(sample => sample.language === language)!
    await writeFile(join(folder, file), printed.code)
    const port = await freePort()
    const { secret } = await makeEndpoint(client, `http://127.0.0.1:${port}/homeroom`)
    const key = await makeKey(client, scopes)

    const start = async (): Promise<ChildProcess> => {
      const child = spawn(program, [file], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH, HOMEROOM_URL: homeroom.api.url, HOMEROOM_KEY: key.token, WEBHOOK_SECRET: secret, PORT: String(port) } })
      onTestFinished(() => void child.kill('SIGKILL'))
      let said = ''
      for await (const chunk of child.stdout!) {
        said += String(chunk)
        if (said.includes('listening'))
          return child
      }
      throw new Error(`It ended before it listened: ${said}`)
    }
    const copied = async () => JSON.parse(await readFile(join(folder, 'roster.json'), 'utf8')) as Copy
    const versions = async () => Object.fromEntries(Object.entries((await copied()).records).map(([id, { version }]) => [id, version]))
    const inStep = async () => expect.poll(versions, { timeout: 30_000, interval: 50 }).toEqual(await truth(school))

    // All there is, before anything is told.
    const child = await start()
    expect(await versions()).toEqual(await truth(school))
    expect((await copied()).records[ada.id]).toMatchObject({ type: 'USER', familyName: 'Lovelace' })

    // Added, changed, enrolled, removed: each told by a webhook, well before the look once a minute.
    const grace = await add('Hopper')
    await inStep()
    await client.ask('mutation ($input: UpdateUserInput!) { updateUser(input: $input) { id } }', { input: { id: ada.id, version: ada.version, familyName: 'King' } })
    await inStep()
    expect((await copied()).records[ada.id]).toMatchObject({ familyName: 'King', version: 2 })
    await client.ask('mutation ($id: ID!, $version: Int!) { removeUser(id: $id, version: $version) { id } }', grace)
    await inStep()
    expect((await copied()).records).not.toHaveProperty(grace.id)

    // Nobody else can set it in motion.
    const { cursor } = await copied()
    const body = JSON.stringify({ type: 'student.updated', data: { id: ada.id } })
    const sign = (by: string, at: number) => `v1,${createHmac('sha256', Buffer.from(by.replace('whsec_', ''), 'base64')).update(`forged.${at}.${body}`).digest('base64')}`
    const now = Math.floor(Date.now() / 1000)
    const knock = async (signature: string, at: number) => (await fetch(`http://127.0.0.1:${port}/homeroom`, { method: 'POST', body, headers: { 'webhook-id': 'forged', 'webhook-timestamp': String(at), 'webhook-signature': signature } })).status
    expect(await knock(sign(`whsec_${Buffer.alloc(32).toString('base64')}`, now), now)).toBe(401)
    expect(await knock(sign(secret, now - 3_600), now - 3_600)).toBe(401)
    expect(await knock('v1,', now)).toBe(401)
    expect((await copied()).cursor).toBe(cursor)

    // Killed, and away while things happen: it goes on from its cursor.
    child.kill('SIGKILL')
    await once(child, 'exit')
    const emmy = await add('Noether')
    await start()
    expect(await versions()).toEqual(await truth(school))
    expect((await copied()).records[emmy.id]).toMatchObject({ familyName: 'Noether' })
  })
})
