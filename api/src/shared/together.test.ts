import { expect, test } from 'vitest'
import { together } from './together.ts'

/** A question that waits to be answered, and what has been asked of it. */
function held() {
  const asked: string[][] = []
  const answers: PromiseWithResolvers<ReadonlyMap<string, string>>[] = []
  const ask = together((keys: readonly string[]) => {
    asked.push([...keys])
    answers.push(Promise.withResolvers())
    return answers.at(-1)!.promise
  })
  return { ask, asked, answer: (place: number, ...keys: string[]) => answers[place]!.resolve(new Map(keys.map(key => [key, key.toUpperCase()]))), fail: (place: number) => answers[place]!.reject(new Error('away')) }
}
const turn = () => new Promise(resolve => setImmediate(resolve))

test('who asks at the same moment is one question, and who asks later is not answered from before', async () => {
  const { ask, asked, answer } = held()
  const first = [ask('a'), ask('b'), ask('a')]
  await turn()
  const later = [ask('a'), ask('c')]
  await turn()
  expect(asked).toEqual([['a', 'b']])
  answer(0, 'a')
  expect(await Promise.all(first)).toEqual(['A', undefined, 'A'])
  await turn()
  expect(asked).toEqual([['a', 'b'], ['a', 'c']])
  answer(1, 'a', 'c')
  expect(await Promise.all(later)).toEqual(['A', 'C'])
})

test('a question that fails fails for those who asked it, and for nobody else', async () => {
  const { ask, answer, fail } = held()
  const [a, b] = [ask('a'), ask('b')]
  await turn()
  const later = ask('a')
  fail(0)
  await Promise.all([a, b].map(each => expect(each).rejects.toThrow('away')))
  await turn()
  answer(1, 'a')
  expect(await later).toBe('A')
})
