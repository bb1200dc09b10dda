import type { CarriedRow } from '../audit/room.ts'
import { Buffer } from 'node:buffer'
import { describe, expect, test } from 'vitest'
import { signedHeaders } from '../../shared/standard-webhooks.ts'
import { verifySample, webhooksPage } from './catalogue-page.ts'
import { bodyOf, choosable, eventTypes, webhookTest } from './event-types.ts'
import { eventOf } from './told-events.ts'

const tenantId = '1e6f3b5a-8f0c-4d0e-9a53-0f6f4c1f2a10'
const id = '7b0f9c1e-2a77-4d3b-8a27-64d0d7a3c001'
const row = (more: Partial<CarriedRow>): CarriedRow => ({ id: '7b0f9c1e-2a77-4d3b-8a27-64d0d7a3c009', at: new Date('2027-02-01T08:15:30.120Z'), actor_kind: 'system', actor_id: null, action: 'user.created', subject_type: 'user', subject_id: id, details: {}, request_id: null, ...more })

describe('the catalogue', () => {
  test.each(eventTypes)('$name has an example that is as events of its kind are', ({ name, data, example, description }) => {
    expect(example.type).toBe(name)
    expect(data.parse(example.data)).toEqual(example.data)
    expect(description).toMatch(/^[A-Z].{10,}\.$/)
    expect(JSON.parse(bodyOf(example))).toEqual(example)
  })

  test('everything in it can be chosen, but for the test', () => {
    expect(choosable).toEqual(eventTypes.map(({ name }) => name).filter(name => name !== webhookTest.name))
    expect(new Set(choosable).size).toBe(choosable.length)
  })
})

describe('what schools tell', () => {
  test.each([
    [{ details: { role: 'student' } }, { type: 'student.created', data: { id } }],
    [{ details: { role: 'teacher' }, subject_version: 1, subject_changed: '7' }, { type: 'teacher.created', data: { id, version: 1, changed: 7 } }],
    [{ action: 'user.restored', details: { role: 'guardian' } }, { type: 'person.restored', data: { id } }],
    [{ action: 'enrollment.withdrawn', details: { classId: tenantId, note: 'moved away' }, subject_version: 3 }, { type: 'enrollment.removed', data: { id, version: 3, classId: tenantId } }],
    [{ action: 'enrollment.created', details: { classId: 'Analysis', userId: 7 } }, { type: 'enrollment.created', data: { id } }],
  ])('%j', (told, { type, data }) => {
    const made = eventOf(tenantId, row(told))!
    expect(made).toEqual({ id: row({}).id, event: { type, timestamp: '2027-02-01T08:15:30.120Z', tenantId, data } })
    expect(eventTypes.find(({ name }) => name === type)!.data.parse(data)).toEqual(data)
  })

  test('is nothing to receivers where nobody knows the action, or no record is named', () => {
    expect([{ action: 'cat.fed' }, { action: 'class.sung' }, { subject_id: null }, { subject_id: 'Ada' }].map(told => eventOf(tenantId, row(told)))).toEqual([undefined, undefined, undefined, undefined])
  })
})

describe('the page for receivers', () => {
  test('names every event', () => {
    expect(eventTypes.filter(({ name }) => !webhooksPage().includes(`| \`${name}\` |`))).toEqual([])
  })

  test('shows a check that knows what comes from here, with either secret while there are two, and nothing else', async () => {
    const { isFromHomeroom } = await import(`data:text/javascript,${encodeURIComponent(verifySample)}`) as { isFromHomeroom: (secret: string, headers: Record<string, string>, body: string) => boolean }
    const [secret, next, other] = [1, 2, 3].map(byte => `whsec_${Buffer.alloc(32, byte).toString('base64')}`) as [string, string, string]
    const body = bodyOf(eventTypes[0]!.example)
    const headers = signedHeaders([next, secret], { id, body, at: new Date() })
    expect([secret, next, other].map(each => isFromHomeroom(each, headers, body))).toEqual([true, true, false])
    expect(isFromHomeroom(secret, headers, body.replace('ready', 'READY'))).toBe(false)
    expect(isFromHomeroom(secret, { ...headers, 'webhook-id': tenantId }, body)).toBe(false)
    expect(isFromHomeroom(secret, signedHeaders([secret], { id, body, at: new Date(Date.now() - 301_000) }), body)).toBe(false)
    expect(isFromHomeroom(secret, { ...headers, 'webhook-timestamp': 'now' }, body)).toBe(false)
  })
})
