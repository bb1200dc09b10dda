import type { SchoolDb } from '../database/school-db.ts'
import { sql } from 'kysely'
import { Conflict, ExpectedError } from '../shared/errors.ts'

/** A change that is made once, however often it is asked for. Hashes are SHA-256. */
export interface Once {
  /** The account or API key that asks: another's key is another key. */
  readonly principalId: string
  readonly keyHash: Buffer
  /** Of the operation and its variables. */
  readonly inputHash: Buffer
}

/** As long as the contract promises. */
export const keptHours = 24

/** The change has been made before: this is what it was answered with. Nothing of it is an error. */
export class AnsweredBefore extends ExpectedError {
  readonly status = 200
  constructor(readonly answer: string) { super('This has been done before.', 'CONFLICT') }
}

interface AnswerTables {
  idempotency_key: { principal_id: string, key_hash: Buffer, input_hash: Buffer, answer: string, created_at: Date }
}

/** Throws what the key was answered with, or IDEMPOTENCY_KEY_REUSED where it was sent with something else. Whoever holds the change number looks alone. */
export async function refuseAnswered(db: SchoolDb, { principalId, keyHash, inputHash }: Once): Promise<void> {
  const kept = await db.rows<AnswerTables>()
    .selectFrom('idempotency_key')
    .select(['input_hash', 'answer'])
    .where('principal_id', '=', principalId)
    .where('key_hash', '=', keyHash)
    .where('created_at', '>', stillKept())
    .executeTakeFirst()
  if (!kept)
    return
  if (!kept.input_hash.equals(inputHash))
    throw new Conflict('This Idempotency-Key was sent before with another operation or other variables. Take a new one.', { code: 'IDEMPOTENCY_KEY_REUSED' })
  throw new AnsweredBefore(kept.answer)
}

/** Keeps an answer in the transaction that made the change; one that is no longer promised makes room. */
export async function keepAnswer(db: SchoolDb, { principalId, keyHash, inputHash }: Once, answer: string): Promise<void> {
  await db.rows<AnswerTables>()
    .insertInto('idempotency_key')
    .values({ principal_id: principalId, key_hash: keyHash, input_hash: inputHash, answer, created_at: sql<Date>`now()` })
    .onConflict(conflict => conflict.columns(['principal_id', 'key_hash']).doUpdateSet(eb => ({ input_hash: eb.ref('excluded.input_hash'), answer: eb.ref('excluded.answer'), created_at: eb.ref('excluded.created_at') })))
    .execute()
}

function stillKept() {
  return sql<Date>`now() - make_interval(hours => ${sql.lit(keptHours)})`
}
