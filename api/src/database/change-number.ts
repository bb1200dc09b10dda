import type { EntityManager } from '@mikro-orm/core'
import type { SchoolDb } from './school-db.ts'

const numbers = new WeakMap<object, number>()

/**
 * Gives a transaction the school's next change number. It holds the counter's row until it ends, so the next writer waits:
 * a number is seen by others only once all below it are, or have come to nothing. To be called first, before anything that
 * decides what is written is read.
 */
export async function takeChangeNumber(db: SchoolDb): Promise<number> {
  const { last } = await db.rows<{ change_counter: { last: number } }>()
    .updateTable('change_counter')
    .set(eb => ({ last: eb('last', '+', 1) }))
    .returning('last')
    .executeTakeFirstOrThrow()
  numbers.set(db.em, last)
  return last
}

/** The number of the transaction that this unit of work writes in. */
export function changeNumberOf(em: EntityManager): number {
  const number = numbers.get(em)
  if (number === undefined)
    throw new Error('A record was about to be written without a change number: write through SchoolDoor.write.')
  return number
}
