import type { SchoolDb } from '../../database/school-db.ts'
import type { PageInfo } from '../../shared/page.ts'
import type { RosterTables } from './roster.tables.ts'
import type { RecordType } from './roster.words.ts'
import { sql } from 'kysely'
import { sealCursor } from '../../shared/cursor.ts'
import { Invalid } from '../../shared/errors.ts'
import { readPage } from '../../shared/page.ts'
import { recordTypes } from './roster.words.ts'

export interface ChangeList {
  readonly first?: number | null
  readonly after?: string | null
  readonly types?: readonly RecordType[] | null
}

export interface ChangeRow {
  readonly type: RecordType
  readonly id: string
  readonly sourcedId: string
  readonly version: number
  readonly changeNumber: number
  readonly deleted: boolean
}

/** Where a client is. `began` is the school's last change when it began: no tombstone before it was ever needed. */
interface Place { readonly began: number, readonly changed: number, readonly rank: number, readonly id: string }

const tables: Readonly<Record<RecordType, keyof RosterTables>> = { org: 'org', academicSession: 'academic_session', course: 'course', class: 'class', user: 'user', role: 'role', enrollment: 'enrollment' }
const kinds = ['integer', 'integer', 'integer', 'uuid'] as const
/** Behind every type and id of a change. */
const beyond = { rank: recordTypes.length, id: '00000000-0000-0000-0000-000000000000' }

/** Those that are asked for, in their order; all unless told. */
export function typesOf({ types }: Pick<ChangeList, 'types'>): RecordType[] {
  return recordTypes.filter(type => !types?.length || types.includes(type))
}

/** One page of the records in the order of their last change. A record that changes again moves to the end, so none is missed. */
export async function changesPage(db: SchoolDb, { types, ...args }: ChangeList): Promise<ChangePage> {
  const wanted = typesOf({ types })
  const list = [db.tenantId, 'changes', wanted]
  const { limit, after } = readPage(args, list, kinds)
  const { last, purged } = await readCounter(db)
  const place = after ? placeOf(after) : { began: last, changed: -1, ...beyond }
  if (purged > Math.max(place.began, place.changed))
    throw expired()
  const rows = await ofPage(db, wanted, place, limit + 1)
  const more = rows.length > limit
  const nodes = rows.slice(0, limit)
  const seal = ({ began, changed, rank, id }: Place) => sealCursor(list, [String(began), String(changed), String(rank), id])
  const cursorOf = ({ changeNumber, type, id }: ChangeRow) => seal({ began: place.began, changed: changeNumber, rank: recordTypes.indexOf(type), id })
  const pageInfo: PageInfo = {
    hasNextPage: more,
    hasPreviousPage: after !== undefined,
    startCursor: nodes[0] ? cursorOf(nodes[0]) : null,
    // At the end it is the place behind the last change of any type, so that who asks often never falls behind.
    endCursor: more ? cursorOf(nodes.at(-1)!) : seal({ began: place.began, changed: last, ...beyond }),
  }
  const count = async () => (await Promise.all(wanted.map(type => countOf(db, type, place)))).reduce((sum, count) => sum + count, 0)
  return new ChangePage(nodes, pageInfo, cursorOf, count)
}

class ChangePage {
  constructor(readonly nodes: readonly ChangeRow[], readonly pageInfo: PageInfo, private readonly cursorOf: (row: ChangeRow) => string, readonly count: () => Promise<number>) {}

  get edges(): readonly { cursor: string, node: ChangeRow }[] {
    return this.nodes.map(node => ({ cursor: this.cursorOf(node), node }))
  }
}

/** In the snapshot of the page: what is not in it yet has a higher number than `last`. */
function readCounter(db: SchoolDb) {
  return db.rows<{ change_counter: { last: number, purged: number } }>().selectFrom('change_counter').select(['last', 'purged']).executeTakeFirstOrThrow()
}

function placeOf(keys: readonly string[]): Place {
  const [began, changed, rank] = keys.slice(0, 3).map(Number) as [number, number, number]
  return { began, changed, rank, id: keys[3]! }
}

function expired(): Invalid {
  const message = 'This cursor is older than the tombstones that are kept. Begin again without it, and drop what does not come.'
  return new Invalid(message, { code: 'CURSOR_EXPIRED', fields: [{ path: ['after'], code: 'CURSOR_EXPIRED', message }] })
}

/** Each type's own next rows, off its index, and of those the first. One statement. */
async function ofPage(db: SchoolDb, types: readonly RecordType[], place: Place, limit: number): Promise<ChangeRow[]> {
  const branches = types.map(type => sql`(select ${sql.lit(type)} as type, ${sql.lit(recordTypes.indexOf(type))} as rank, id, sourced_id as "sourcedId", version, changed as "changeNumber", status = 'tobedeleted' as deleted
    from ${sql.table(tables[type])} where ${behind(type, place)} order by changed, id limit ${limit})`)
  const { rows } = await sql<ChangeRow>`select type, id, "sourcedId", version, "changeNumber", deleted from (${sql.join(branches, sql` union all `)}) as every order by "changeNumber", rank, id limit ${limit}`.execute(db.rows())
  return rows
}

async function countOf(db: SchoolDb, type: RecordType, place: Place): Promise<number> {
  const { rows: [counted] } = await sql<{ count: number }>`select count(*)::int as count from ${sql.table(tables[type])} where ${behind(type, place)}`.execute(db.rows())
  return counted!.count
}

/** What of a type comes after the place. Of one change the types come in their order. */
function behind(type: RecordType, { changed, rank, id }: Place) {
  const own = recordTypes.indexOf(type)
  if (own === rank)
    return sql`(changed, id) > (${changed}, ${id})`
  return own < rank ? sql`changed > ${changed}` : sql`changed >= ${changed}`
}
