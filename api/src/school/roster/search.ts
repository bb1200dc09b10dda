import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { RosterTables } from './roster.tables.ts'
import { sql } from 'kysely'
import { folded } from '../../../migrations/school/migration.ts'
import { Invalid } from '../../shared/errors.ts'

const longestText = 200
const mostWords = 8

type Searched = 'user' | 'class' | 'course'

/** Rows in which every word of `typed` occurs somewhere; case, accents and order of the words do not matter. */
export function matches<T extends Searched>(eb: ExpressionBuilder<RosterTables, T>, column: `${T}.search_text`, typed: string): Expression<SqlBool> {
  // Plain LIKE on one column made for it: a school has some thousand rows, and reading them all costs a few milliseconds.
  return eb.and(searchWords(typed).map(word => sql<SqlBool>`${sql.ref(column)} like '%' || ${fold(word)} || '%'`))
}

/** The words of a search, with LIKE's own signs made harmless. */
function searchWords(typed: string): string[] {
  return typeable(typed, 'search').trim().split(/\s+/).filter(Boolean).slice(0, mostWords).map(word => word.replace(/[\\%_]/g, '\\$&'))
}

/** A text of a filter that could be stored, and so be found; anything else is refused at its field. */
export function typeable(text: string, field: string): string {
  if (text.length > longestText || !text.isWellFormed() || text.includes('\0')) {
    const message = `Use at most ${longestText} letters that can be typed.`
    throw new Invalid(message, { fields: [{ path: ['filter', field], code: 'INVALID', message }] })
  }
  return text
}

const [beforeWord, afterWord] = folded('$').split('$') as [string, string]

/** The database folds what was typed as it folded what is stored. */
function fold(word: string) {
  return sql<string>`${sql.raw(beforeWord)}${word}::text${sql.raw(afterWord)}`
}
