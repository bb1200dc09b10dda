import type { Member } from './principal.ts'
import { expect, test } from 'vitest'
import { visitor } from './principal.ts'
import { resolveTenant, slugOfHost } from './tenant-context.ts'

const oakfield = '6ff0e5b1-0000-4000-8000-000000000001'
const riverside = '6ff0e5b1-0000-4000-8000-000000000002'
const member: Member = { kind: 'member', accountId: '1', sessionId: '1', tenantId: oakfield, role: 'ADMIN', suspended: false, expiresAt: new Date() }
const schools: Record<string, string> = { oakfield, riverside }

function resolve(sources: { principal?: Member, tenantIds?: string[], host?: string }) {
  return resolveTenant(
    { principal: sources.principal ?? visitor, tenantIds: sources.tenantIds ?? [], host: sources.host },
    { baseDomain: 'homeroom.test', baseUrl: 'https://app.homeroom.test:8443', findBySlug: async slug => schools[slug] ? { id: schools[slug] } : null },
  )
}

test('token, then header, then host, and none is no tenant', async () => {
  expect(await resolve({ principal: member })).toBe(oakfield)
  expect(await resolve({ tenantIds: [riverside] })).toBe(riverside)
  expect(await resolve({ host: 'riverside.homeroom.test' })).toBe(riverside)
  expect(await resolve({ host: 'homeroom.test' })).toBeUndefined()
})

test('sources that agree are fine; any two that disagree are TENANT_MISMATCH', async () => {
  expect(await resolve({ principal: member, tenantIds: [oakfield], host: 'oakfield.homeroom.test' })).toBe(oakfield)
  for (const sources of [{ principal: member, tenantIds: [riverside] }, { principal: member, host: 'riverside.homeroom.test' }, { tenantIds: [oakfield], host: 'riverside.homeroom.test' }])
    await expect(resolve(sources)).rejects.toMatchObject({ status: 403, code: 'TENANT_MISMATCH' })
})

test.each([[['']], [[' ']], [[oakfield, oakfield]], [[`${oakfield}, ${riverside}`]], [[oakfield.toUpperCase()]], [[`{${oakfield}}`]], [[`urn:uuid:${oakfield}`]], [['x'.repeat(4096)]]])('x-tenant-id %j is 400', async (tenantIds) => {
  await expect(resolve({ tenantIds })).rejects.toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
})

test.each(['OAKFIELD.Homeroom.Test', 'oakfield.homeroom.test.', 'oakfield.homeroom.test:8443'])('the host %s is oakfield\'s', async (host) => {
  expect(await resolve({ host })).toBe(oakfield)
})

test.each(['a.b.homeroom.test', 'o@k.homeroom.test', 'oäkfield.homeroom.test', '-x.homeroom.test', '.homeroom.test', 'oak field.homeroom.test'])('the host %s is refused', async (host) => {
  await expect(resolve({ host })).rejects.toMatchObject({ status: 400, code: 'BAD_USER_INPUT' })
})

test('hosts elsewhere name nobody', () => {
  for (const host of [undefined, '127.0.0.1:4000', '[::1]:4000', 'localhost', 'homeroom.test.evil.example', 'evilhomeroom.test'])
    expect(slugOfHost(host, 'homeroom.test')).toBeUndefined()
})

test('Homeroom\'s own host names nobody, also below the base domain', async () => {
  expect(await resolve({ host: 'App.homeroom.test:8443' })).toBeUndefined()
})

test.each(['nobody.homeroom.test', 'xn--okfield-4ya.homeroom.test'])('%s is no school: TENANT_NOT_FOUND', async (host) => {
  await expect(resolve({ host })).rejects.toMatchObject({ status: 404, code: 'TENANT_NOT_FOUND' })
})
