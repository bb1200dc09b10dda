import { expect, test } from 'vitest'
import { leastOf, scopeRows, turnScope } from './scopes.ts'

const users = { resource: 'roster.users', read: 'Read people.', write: 'Change people.' }

test('scopes become a row for each resource', () => {
  expect(scopeRows([{ name: 'roster.users:read', description: 'Read people.' }, { name: 'roster.orgs:read', description: 'Read the school.' }, { name: 'roster.users:write', description: 'Change people.' }]))
    .toEqual([users, { resource: 'roster.orgs', read: 'Read the school.' }])
})

test('writing takes reading along, and goes with it', () => {
  const both = turnScope(['roster.orgs:read'], users, 'write', true)
  expect(both).toEqual(['roster.orgs:read', 'roster.users:read', 'roster.users:write'])
  expect(turnScope(both, users, 'read', false)).toEqual(['roster.orgs:read'])
  expect(turnScope(both, users, 'write', false)).toEqual(['roster.orgs:read', 'roster.users:read'])
  expect(leastOf(both)).toEqual(['roster.orgs:read', 'roster.users:write'])
})
