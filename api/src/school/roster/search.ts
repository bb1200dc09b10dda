import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { RosterTables } from './roster.tables.ts'
import { sql } from 'kysely'
import { folded } from '../../../migrations/school/migration.ts'
import { Invalid } from '../../shared/errors.ts'

const longestSearch = 200
const mostWords = 8

type Searched = 'user' | 'class' | 'course'

/** Rows in which every word of `typed` occurs somewhere; case, accents and order of the words do not matter. */
export function matches<T extends Searched>(eb: ExpressionBuilder<RosterTables, T>, column: `${T}.search_text`, typed: string): Expression<SqlBool> {
  // Plain LIKE on one column made for it: a school has some thousand rows, and reading them all costs a few milliseconds.
  return eb.and(searchWords(typed).map(word => sql<SqlBool>`${sql.ref(column)} like '%' || ${fold(word)} || '%'`))
}

/** The words of a search, with LIKE's own signs made harmless. */
export function searchWords(typed: string): string[] {
  if (typed.length > longestSearch || !typed.isWellFormed() || typed.includes('\0'))
    throw new Invalid(`A search has at most ${longestSearch} letters.`, { fields: [{ path: ['filter', 'search'], code: 'INVALID', message: `Use at most ${longestSearch} letters.` }] })
  return typed.trim().split(/\s+/).filter(Boolean).slice(0, mostWords).map(word => word.replace(/[\\%_]/g, '\\$&'))
}

const [beforeWord, afterWord] = folded('$').split('$') as [string, string]

/** The database folds what was typed as it folded what is stored. */
function fold(word: string) {
  return sql<string>`${sql.raw(beforeWord)}${word}::text${sql.raw(afterWord)}`
}
