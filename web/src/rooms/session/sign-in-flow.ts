import type { NamedSchool, Problem } from '../../apollo/problem.ts'

/** Where signing in stands: what is asked for now. */
export type SignInStep = 'password' | 'school' | 'code'

export interface SignInState {
  step: SignInStep
  schools: NamedSchool[]
  /** What to write at the code, as a key of errors.fields. */
  codeProblem?: 'CODE_WRONG'
}

/** What a refusal leads to: the next thing to ask for, or the same again. */
export function afterRefusal(state: SignInState, problem: Problem, sent: { totp?: string }): SignInState {
  const next = { ...state, codeProblem: undefined }
  if (problem.code === 'CONFLICT' && problem.schools)
    return { ...next, step: 'school', schools: problem.schools }
  if (problem.code === 'SECOND_FACTOR_REQUIRED')
    return { ...next, step: 'code' }
  if (problem.code === 'INVALID_CREDENTIALS')
    // With a code the password was right a moment ago: it can only be the code.
    return sent.totp ? { ...next, step: 'code', codeProblem: 'CODE_WRONG' } : { ...next, step: 'password' }
  return next
}
