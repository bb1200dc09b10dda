import type { SchoolDb } from '../../database/school-db.ts'
import type { RosterTables } from './roster.tables.ts'
import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { freeUsername, usernameStem } from './username.ts'

interface Named { readonly givenName: string, readonly familyName: string, readonly email: string | null }

/** A username for each of them. They stay taken when people leave, and when their records go: an account elsewhere must never pass to somebody else. */
export async function chooseUsernames(db: SchoolDb, people: readonly Named[]): Promise<string[]> {
  const stems = people.map(({ givenName, familyName }) => usernameStem(givenName, familyName))
  const taken = await takenUsernames(db, [...stems, ...people.flatMap(({ email }) => email?.toLowerCase() ?? [])], stems)
  for (;;) {
    const given = new Set(taken)
    const names = people.map(({ email }, place) => {
      const name = freeUsername(email, stems[place]!, given)
      given.add(name)
      return name
    })
    const retired = await retiredOf(db, names)
    if (retired.length === 0)
      return names
    retired.forEach(name => taken.add(name))
  }
}

async function takenUsernames(db: SchoolDb, names: readonly string[], stems: readonly string[]): Promise<Set<string>> {
  const username = sql<string>`lower(${sql.ref('username')})`
  const patterns = stems.map(stem => `${stem.replace(/[\\%_]/g, '\\$&')}.%`)
  const rows = await db.rows<RosterTables>()
    .selectFrom('user')
    .select(username.as('username'))
    .where(sql<boolean>`(${username} = any(${[...names]}::text[]) or ${username} like any(${patterns}::text[]))`)
    .execute()
  return new Set(rows.map(row => row.username))
}

async function retiredOf(db: SchoolDb, names: readonly string[]): Promise<string[]> {
  const hashes = names.map(name => createHash('sha256').update(name).digest())
  const rows = names.length === 0 ? [] : await db.rows<{ retired_username: { hash: Buffer } }>().selectFrom('retired_username').select('hash').where('hash', 'in', hashes).execute()
  return names.filter((_, place) => rows.some(({ hash }) => hash.equals(hashes[place]!)))
}
