import { ExpectedError, invalidField } from '../../shared/errors.ts'

export const mostInBatch = 100

/** An item of a batch on its way: what it has become so far, or why it goes no further. */
export type Item<T> = { readonly value: T, readonly error?: undefined } | { readonly error: ExpectedError }

/** Refuses a batch of none, or of more than one takes. */
export function refuseWrongSize(items: readonly unknown[], field: string): void {
  if (items.length < 1)
    throw invalidField([field], 'REQUIRED', 'Send at least one item.')
  if (items.length > mostInBatch)
    throw invalidField([field], 'TOO_LONG', `Send at most ${mostInBatch} items at a time.`)
}

/** Takes each item a step further, in turn; one that is refused stays behind, and what nobody expected ends the batch. */
export function each<T, U>(items: readonly Item<T>[], step: (value: T) => U): Item<U>[] {
  return items.map((item) => {
    if (item.error)
      return item
    try {
      return { value: step(item.value) }
    }
    catch (error) {
      if (error instanceof ExpectedError)
        return { error }
      throw error
    }
  })
}

/** Those that have not failed. */
export function values<T>(items: readonly Item<T>[]): T[] {
  return items.flatMap(item => item.error ? [] : [item.value])
}

/** The only item of a batch of one, or why it failed. */
export function only<T>([item]: readonly Item<T>[]): T {
  if (item!.error)
    throw item!.error
  return item!.value
}

/** What is answered of each item. */
export function resultsOf<T>(items: readonly Item<T>[]) {
  return items.map((item, index) => item.error
    ? { index, record: null, error: { code: item.error.code, message: item.error.message, fields: item.error.fields ?? [] } }
    : { index, record: item.value, error: null })
}
