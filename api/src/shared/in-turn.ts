import { Unavailable } from './errors.ts'

/**
 * Lets so many pieces of work run at once and the others wait, first come, first served. Where more than `patience` wait
 * already, the next is refused at once: an answer that comes too late is of no use to anybody.
 */
export function inTurn(places: number, patience: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = []
  let free = places
  return async (work) => {
    if (free > 0)
      free -= 1
    else if (waiting.length < patience)
      await new Promise<void>(resolve => waiting.push(resolve)) // whoever is done hands its place over
    else
      throw new Unavailable()
    try {
      return await work()
    }
    finally {
      const next = waiting.shift()
      if (next)
        next()
      else
        free += 1
    }
  }
}
