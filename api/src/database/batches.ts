import type { CompiledQuery, RawBuilder } from 'kysely'
import type { SchoolDb } from './school-db.ts'
import { Kysely } from 'kysely'
import { anyOf, byKey, listByKey } from './rows.ts'
import { ClosedDialect } from './tenant-connection.ts'

const builder = new Kysely<never>({ dialect: new ClosedDialect() })

/** Stands where the keys go in a statement that is built before there are any. */
const place: readonly string[] = Object.freeze([])

/**
 * What a loader asks: rows by any of the keys. The statement is the same for whatever keys and schools, so it is built once,
 * when its module loads: to build it each time takes as long as to send it and to read the answer.
 */
function forKeys<Tables, Row>(build: Build<Tables, Row>): (db: SchoolDb, keys: readonly string[]) => Promise<Row[]> {
  const statement = build(builder as unknown as Kysely<Tables>, anyOf(place)).compile()
  if (!statement.parameters.includes(place))
    throw new Error('A batch must ask for its keys.')
  return (db, keys) => db.run({ ...statement, parameters: statement.parameters.map(value => value === place ? keys : value) })
}

/** A query of the rows whose key is one of `keys`, in the order in which they are wanted. */
export type Build<Tables, Row> = (rows: Kysely<Tables>, keys: RawBuilder<string>) => { compile: () => CompiledQuery<Row> }

/** A loader's batch that gives each key its one row. */
export function oneForKey<Tables, Row>(build: Build<Tables, Row>, keyOf: (row: Row) => string) {
  const read = forKeys(build)
  return async (db: SchoolDb, keys: readonly string[]) => byKey(keys, await read(db, keys), keyOf)
}

/** A loader's batch that gives each key its rows. */
export function listForKey<Tables, Row>(build: Build<Tables, Row>, keyOf: (row: Row) => string) {
  const read = forKeys(build)
  return async (db: SchoolDb, keys: readonly string[]) => listByKey(keys, await read(db, keys), keyOf)
}

/** A loader's batch that counts something for each key; the row says `key` and `count`. */
export function countForKey<Tables>(build: Build<Tables, { key: string, count: string }>) {
  const read = oneForKey(build, row => row.key)
  return async (db: SchoolDb, keys: readonly string[]) => (await read(db, keys)).map(row => Number(row?.count ?? 0))
}
