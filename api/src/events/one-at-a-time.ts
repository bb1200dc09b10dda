/**
 * Hands on to `push` what its reader is ready for. What comes meanwhile is one value that waits, made by `merge`: a reader
 * that is slow for long costs no more than one that is not.
 */
export function oneAtATime<T>(push: (value: T) => Promise<unknown>, merge: (waiting: T, later: T) => T): (value: T) => void {
  let reading = false
  let waiting: { readonly value: T } | undefined
  const hand = (value: T): void => {
    reading = true
    void push(value).catch(() => {}).then(() => {
      reading = false
      const next = waiting
      waiting = undefined
      if (next)
        hand(next.value)
    })
  }
  return (value) => {
    if (reading)
      waiting = { value: waiting ? merge(waiting.value, value) : value }
    else
      hand(value)
  }
}
