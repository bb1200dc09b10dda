import type { SignedUp, TestHomeroom } from '../harness/homeroom.ts'
import type { TestSuperadmin } from '../harness/superadmin.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'graphql'
import { createClient } from 'graphql-ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import WebSocket from 'ws'
import { openHomeroom } from '../harness/homeroom.ts'
import { access, openSuperadmin } from '../harness/superadmin.ts'

const folder = fileURLToPath(new URL('../../../web/src/rooms/explorer/operator/questions', import.meta.url))
const questions = readdirSync(folder).map(name => ({ name, text: readFileSync(join(folder, name), 'utf8') }))
const variablesOf = (text: string) => text.includes('$tenantId') ? { tenantId: school.tenantId } : {}
const isLive = ({ text }: { text: string }) => parse(text).definitions.some(definition => 'operation' in definition && definition.operation === 'subscription')

let homeroom: TestHomeroom
let school: SignedUp
let superadmin: TestSuperadmin
let signedUp = 0

beforeAll(async () => {
  homeroom = await openHomeroom()
  school = await homeroom.openSchool('oakfield')
  await homeroom.database.sql(`insert into platform.rollout (id, target_version, state, canaries, parallel, failure_budget, ended_at) values (gen_random_uuid(), 2, 'DONE', 1, 1, 0, now())`)
  superadmin = await openSuperadmin(homeroom)
})
afterAll(() => homeroom?.stop())

test.each(questions.filter(question => !isLive(question)))('$name: a superadmin is answered', async ({ text }) => {
  const { status, data, errors } = await superadmin.client.send(text, variablesOf(text), access(school.tenantId))
  expect({ status, errors }).toEqual({ status: 200, errors: undefined })
  expect(Object.values(data ?? {})).not.toContain(null)
})

test.each(questions.filter(isLive))('$name: a superadmin hears how it is, or what changes', async ({ text }) => {
  const params = { authorization: `Bearer ${superadmin.accessToken}`, tenantId: school.tenantId, accessReason: 'The head asked us to look' }
  const socket = createClient({ url: `${homeroom.api.url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: params })
  try {
    const first = socket.iterate({ query: text, variables: variablesOf(text) }).next()
    // One of them tells changes only.
    while (await Promise.race([first.then(() => false), anotherSignsUp()]));
    const { value } = await first
    expect(value.errors).toBeUndefined()
    expect(Object.values(value.data)).toEqual([expect.objectContaining({})])
  }
  finally {
    await socket.dispose()
  }
})

async function anotherSignsUp(): Promise<boolean> {
  signedUp += 1
  await homeroom.signUp(`new-${signedUp}`)
  return true
}
