import { expect, test } from 'vitest'
import { rolloutForm, rolloutInput, wrongFacts } from './rollout-form.ts'

const plan = { canaries: 1, parallel: 4, failureBudget: 5 }

test('what is configured is right as it stands', () => {
  expect(wrongFacts(rolloutForm(plan))).toEqual([])
  expect(rolloutInput(rolloutForm(plan))).toEqual(plan)
})

test.each([
  ['canaries', ['0', ' 100 '], ['', '101', '-1', '1.5', 'two', '1e1']],
  ['parallel', ['1', '32'], ['0', '33']],
  ['failureBudget', ['0', '10000'], ['10001', '9999999']],
] as const)('%s is a whole number within its bounds', (fact, right, wrong) => {
  for (const text of right)
    expect(wrongFacts({ ...rolloutForm(plan), [fact]: text })).toEqual([])
  for (const text of wrong)
    expect(wrongFacts({ ...rolloutForm(plan), [fact]: text })).toEqual([fact])
})
