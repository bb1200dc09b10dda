import { expect, test } from 'vitest'
import { redactData, redactError } from './redact.ts'

test('shows ids, kinds and numbers of a job, and nothing else', () => {
  const id = '6b0f6c6e-7d0b-4a8e-9a35-5d6a7e2f3b11'
  expect(redactData({ tenantId: id, cycle: 3, done: true, none: null, kind: 'INVITATION', action: 'retry', email: 'ada@people.example', name: 'Ada', kindly: 'INVITATION', type: 'not a word', ids: [id, 'Ada'], more: { kind: 'Ada Byron', id } })).toEqual({
    tenantId: id,
    cycle: 3,
    done: true,
    none: null,
    kind: 'INVITATION',
    action: 'retry',
    email: '…',
    name: '…',
    kindly: '…',
    type: '…',
    ids: [id, '…'],
    more: { kind: '…', id },
  })
  expect([undefined, null, 'text', ['a']].map(redactData)).toEqual([{}, {}, {}, {}])
})

test.each([
  [{ message: 'The mail server said no.\n    at send (mail.ts:1)', stack: 'secret' }, 'The mail server said no.'],
  [{ message: '550 no mailbox for <ada@people.example>' }, '550 no mailbox for <…>'],
  [{ message: 'duplicate key value violates unique constraint "one" for \'Ada Byron\'' }, 'duplicate key value violates unique constraint … for …'],
  [{ message: 'invalid input syntax: "Ada Byron' }, 'invalid input syntax: …'],
  [{ message: 'the school\'s worker didn\'t answer' }, 'the school\'s worker didn\'t answer'],
  [{ message: 'cannot connect to postgres://owner:secret@db/homeroom today' }, 'cannot connect to … today'],
  [{ value: 'gone' }, 'gone'],
  [{ message: 'x'.repeat(400) }, `${'x'.repeat(299)}…`],
  [{ code: 'E1' }, null],
  [null, null],
])('of the failure %j it says %j', (output, said) => {
  expect(redactError(output)).toBe(said)
})
