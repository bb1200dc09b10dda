import type { AuditRow } from './audit-words.ts'
import { expect, test } from 'vitest'
import { createMessages } from '../i18n.ts'
import { actorParts, byDay, sentenceOf } from './audit-words.ts'

const { t, te } = createMessages().global
const words = {
  has: (key: string) => te(key),
  role: (role: string) => (te(`roles.${role}.name`) ? t(`roles.${role}.name`) : role),
  name: (id: string) => ({ ada: 'Ada Lovelace' })[id],
  somebody: 'somebody',
}

function said(action: string, details: Record<string, unknown> = {}, subject: Partial<AuditRow> = {}) {
  const row: AuditRow = { id: '1', sequence: 1, at: '2026-11-23T10:00:00Z', actorKind: 'MEMBER', actorName: null, subjectType: null, subjectId: null, action, details, ...subject }
  const sentence = sentenceOf(row, words)
  return sentence && t(sentence.key, sentence.values)
}

test.each([
  'tenant.created',
  'session.started',
  'session.refused',
  'account.passwordChanged',
  'account.passwordReset',
  'account.emailVerified',
  'account.secondFactorEnrolled',
  'account.secondFactorRemoved',
  'invitation.accepted',
  'class.created',
  'enrollment.created',
  'enrollment.withdrawn',
  'academicSession.changed',
])('%s has words', (action) => {
  expect(said(action)).toMatch(/^[a-z].*[a-z]$/)
})

test('a sentence names the person, the roles and the address', () => {
  expect(said('membership.roleChanged', { accountId: 'ada', from: 'TEACHER', to: 'ADMIN' })).toBe('changed the role of Ada Lovelace from Teacher to Administrator')
  expect(said('membership.removed', { accountId: 'gone', role: 'OFFICE' })).toBe('removed somebody from the school')
  expect(said('invitation.created', { email: 'ada@oakfield.example', role: 'OFFICE' })).toBe('invited ada@oakfield.example as Office')
  expect(said('session.refused', {}, { subjectType: 'account', subjectId: 'ada' })).toContain('Ada Lovelace')
})

test('one action in several ways has words for each, and plain ones for the rest', () => {
  const ends = ['SIGN_OUT', 'REUSE', 'ENDED', 'EVERYWHERE', 'PASSWORD_CHANGED', 'SECOND_FACTOR_CHANGED', 'MEMBERSHIP_ENDED'].map(reason => said('session.ended', { reason }))
  expect(new Set(ends).size).toBe(7)
  expect(said('session.ended', { reason: 'NEW' })).toBe(said('session.ended'))
  expect([said('user.created', { role: 'student' }), said('user.created', { role: 'teacher' })]).toEqual(['added a student', 'added a teacher'])
  expect(said('superadmin.access', { mode: 'write' })).not.toBe(said('superadmin.access', { mode: 'read' }))
})

test('an action without words is told by its code, which is nobody’s to put into a path', () => {
  expect(said('line_item.graded')).toBeUndefined()
  expect(said('')).toBeUndefined()
})

test('an actor is a name and an address, or what there is', () => {
  expect(actorParts('Ada <x> Lovelace <ada@oakfield.example>')).toEqual({ name: 'Ada <x> Lovelace', email: 'ada@oakfield.example' })
  expect(actorParts('Somebody')).toEqual({ name: 'Somebody' })
  expect(actorParts(null)).toEqual({ name: undefined })
})

test('days are the school’s', () => {
  const rows = ['2026-11-23T23:30:00Z', '2026-11-23T22:30:00Z', '2026-11-22T10:00:00Z'].map(at => ({ at }))
  expect(byDay(rows, 'Europe/Zurich').map(({ day, rows }) => [day, rows.length])).toEqual([['2026-11-24', 1], ['2026-11-23', 1], ['2026-11-22', 1]])
  expect(byDay(rows, 'UTC').map(({ rows }) => rows.length)).toEqual([2, 1])
})
