import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors'
import { expect, test } from 'vitest'
import { readProblem } from './problem.ts'

const graphQL = (extensions: Record<string, unknown>) => new CombinedGraphQLErrors({ errors: [{ message: 'no', extensions }] })
function http(status: number, body: string, headers: Record<string, string> = {}) {
  return new ServerError('no', { response: new Response(body, { status, headers }), bodyText: body })
}

test('a GraphQL error gives its code, its reference and its fields by path', () => {
  const problem = readProblem(graphQL({
    code: 'BAD_USER_INPUT',
    requestId: 'r-1',
    fields: [{ path: ['admin', 'email'], code: 'EMAIL_TAKEN', message: 'Taken.' }, { path: 'nonsense' }, null],
  }))
  expect(problem).toMatchObject({ code: 'BAD_USER_INPUT', requestId: 'r-1', fields: [{ path: 'admin.email', code: 'EMAIL_TAKEN', message: 'Taken.' }] })
})

test('where a school must be chosen, the schools are named', () => {
  const problem = readProblem(graphQL({ code: 'CONFLICT', tenants: [{ id: 'a', name: 'Oakfield', slug: 'oakfield' }, { id: 'b' }, null] }))
  expect(problem).toMatchObject({ code: 'CONFLICT', schools: [{ id: 'a', name: 'Oakfield', slug: 'oakfield' }] })
  expect(readProblem(graphQL({ code: 'CONFLICT' })).schools).toBeUndefined()
})

test('a record that somebody else has changed says which version it has now', () => {
  expect(readProblem(graphQL({ code: 'CONFLICT', version: 4 }))).toMatchObject({ code: 'CONFLICT', version: 4 })
  expect(readProblem(graphQL({ code: 'COURSE_IN_USE', classes: 2 }))).toMatchObject({ code: 'COURSE_IN_USE', classes: 2 })
})

test('a refusal for rate tells how long to wait, from GraphQL or from the header', () => {
  expect(readProblem(graphQL({ code: 'RATE_LIMITED', retryAfter: 12 }))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 12 })
  expect(readProblem(http(429, 'slow down', { 'retry-after': '30' }))).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 30 })
})

test('an HTTP error that carries a GraphQL error is told as that', () => {
  const body = JSON.stringify({ errors: [{ message: 'no', extensions: { code: 'TENANT_NOT_READY', status: 'PREPARING' } }] })
  expect(readProblem(http(400, body))).toMatchObject({ code: 'TENANT_NOT_READY', status: 'PREPARING' })
})

test.each([[401, 'UNAUTHENTICATED'], [403, 'FORBIDDEN'], [500, 'INTERNAL_SERVER_ERROR'], [502, 'NETWORK'], [504, 'NETWORK']])('a bare %i is %s', (status, code) => {
  expect(readProblem(http(status, '<html>'))).toMatchObject({ code, fields: [] })
})

test('no answer at all is the network, anything else is unknown', () => {
  expect(readProblem(new TypeError('Failed to fetch')).code).toBe('NETWORK')
  expect(readProblem({ code: 1006, reason: '', wasClean: false }).code).toBe('NETWORK')
  expect(readProblem('oh').code).toBe('UNKNOWN')
})
