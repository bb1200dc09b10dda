/**
 * Makes one question of many. Who asks in the same turn of the event loop, or while a question is under way, goes into the
 * next one: a busy process asks a few times for a hundred requests, an idle one asks at once. Nobody joins a question that
 * has been sent, so no answer is older than who asked for it.
 */
export function together<K, V>(ask: (keys: readonly K[]) => Promise<ReadonlyMap<K, V>>): (key: K) => Promise<V | undefined> {
  let waiting = new Map<K, PromiseWithResolvers<V | undefined>>()
  let asking = false

  async function askAll(): Promise<void> {
    const asked = waiting
    waiting = new Map()
    try {
      const answers = await ask([...asked.keys()])
      asked.forEach((answer, key) => answer.resolve(answers.get(key)))
    }
    catch (error) {
      asked.forEach(answer => answer.reject(error))
    }
    asking = waiting.size > 0
    if (asking)
      atEndOfTurn()
  }
  // Whoever comes in the same turn as an answer is asked about with those who waited for it.
  const atEndOfTurn = () => void setImmediate(() => void askAll())

  return (key) => {
    let answer = waiting.get(key)
    if (!answer)
      waiting.set(key, answer = Promise.withResolvers())
    if (!asking) {
      asking = true
      atEndOfTurn()
    }
    return answer.promise
  }
}
