import { expect, test } from 'vitest'
import { inTurn } from './in-turn.ts'

/** Pieces of work that end when told, and what has begun so far. */
function workshop(places: number, patience: number) {
  const queue = inTurn(places, patience)
  const begun: number[] = []
  const ends: PromiseWithResolvers<number>[] = []
  const ask = (number: number) => queue(() => {
    begun.push(number)
    const end = Promise.withResolvers<number>()
    ends[number] = end
    return end.promise
  })
  return { ask, begun, ends }
}

/** Everything that can happen now has happened. */
const settle = () => new Promise(resolve => setImmediate(resolve))

test('so many run at once, the others one after the other, first come, first served; a failure makes room, too', async () => {
  const { ask, begun, ends } = workshop(2, 10)
  const answers = [0, 1, 2, 3].map(ask)
  await settle()
  expect(begun).toEqual([0, 1])
  ends[1]!.reject(new Error('wrong'))
  await expect(answers[1]).rejects.toThrow('wrong')
  await settle()
  expect(begun).toEqual([0, 1, 2])
  ends[0]!.resolve(10)
  expect(await answers[0]).toBe(10)
  await settle()
  expect(begun).toEqual([0, 1, 2, 3])
  ends[2]!.resolve(12)
  ends[3]!.resolve(13)
  expect(await Promise.all(answers.slice(2))).toEqual([12, 13])
  const later = ask(4)
  await settle()
  expect(begun.at(-1)).toBe(4)
  ends[4]!.resolve(14)
  expect(await later).toBe(14)
})

test('where too many wait, the next is refused at once', async () => {
  const { ask, ends } = workshop(1, 1)
  const [first, second] = [ask(0), ask(1)]
  await expect(ask(2)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' })
  ends[0]!.resolve(0)
  await first
  await settle()
  ends[1]!.resolve(1)
  expect(await second).toBe(1)
})
