import type { Problem } from '../../apollo/problem.ts'
import type { SignInState } from './sign-in-flow.ts'
import { expect, test } from 'vitest'
import { afterRefusal } from './sign-in-flow.ts'

const begun: SignInState = { step: 'password', schools: [] }
const schools = [{ id: 'a', name: 'Oakfield', slug: 'oakfield' }, { id: 'b', name: 'Riverside', slug: 'riverside' }]
const refusal = (code: string, more: Partial<Problem> = {}): Problem => ({ code, message: '', fields: [], ...more })

test('several schools are offered, then a code is asked for, and the schools are not forgotten', () => {
  const choosing = afterRefusal(begun, refusal('CONFLICT', { schools }), {})
  expect(choosing).toMatchObject({ step: 'school', schools })
  expect(afterRefusal(choosing, refusal('SECOND_FACTOR_REQUIRED'), {})).toMatchObject({ step: 'code', schools })
})

test('with a code, what is refused is the code; without one, the password', () => {
  const asked = afterRefusal(begun, refusal('SECOND_FACTOR_REQUIRED'), {})
  expect(afterRefusal(asked, refusal('INVALID_CREDENTIALS'), { totp: '123456' })).toMatchObject({ step: 'code', codeProblem: 'CODE_WRONG' })
  expect(afterRefusal(asked, refusal('INVALID_CREDENTIALS'), {})).toMatchObject({ step: 'password' })
})

test('whatever else is refused, the step stays, and an old word at the code goes', () => {
  const wrong: SignInState = { step: 'code', schools, codeProblem: 'CODE_WRONG' }
  expect(afterRefusal(wrong, refusal('RATE_LIMITED', { retryAfter: 9 }), { totp: '123456' })).toEqual({ step: 'code', schools, codeProblem: undefined })
  expect(afterRefusal(begun, refusal('CONFLICT'), {}).step).toBe('password')
})
