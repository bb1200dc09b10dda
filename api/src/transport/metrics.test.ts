import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'

const token = 'a token for Prometheus'
let homeroom: TestHomeroom

beforeAll(async () => {
  const webRoot = mkdtempSync(join(tmpdir(), 'homeroom-web-'))
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html>')
  homeroom = await openHomeroom({ worker: false, webRoot, config: { metricsToken: token } })
})
afterAll(() => homeroom?.stop())

/** An answer without what differs from request to request. */
async function get(path: string, authorization?: string, base = homeroom.api.url) {
  const response = await fetch(base + path, { headers: authorization === undefined ? {} : { authorization } })
  const headers = [...response.headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status: response.status, headers, text: (await response.text()).replaceAll(path, '').replace(/"requestId":"[^"]*"/, '') }
}

test('who has the token reads what was counted', async () => {
  homeroom.api.metrics.tenantQueryVerified.inc(41)
  const { status, text } = await get('/metrics', `Bearer ${token}`)
  expect(status).toBe(200)
  expect(text).toContain('tenant_query_verified_total 41\n')
  expect(text).toContain('tenant_query_mismatch_total 0\n')
})

test.each([undefined, '', token, `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer undefined'])('to who sends %j the path is one like any other that is not there', async (authorization) => {
  const answer = await get('/metrics', authorization)
  expect(answer.status).toBe(404)
  expect(answer).toEqual(await get('/nothing', authorization))
})

test('without a token set nobody reads them', async () => {
  const api = await homeroom.startApi({ metricsToken: undefined })
  for (const authorization of [`Bearer ${token}`, 'Bearer undefined', 'Bearer '])
    expect(await get('/metrics', authorization, api.url)).toEqual(await get('/nothing', authorization, api.url))
})
