/** Why a school could not be migrated: a code, and the whole cause for the operator. */
export interface Failure {
  readonly code: 'MIGRATION_FAILED' | 'OBJECT_EXISTS' | 'TABLES_IN_USE' | 'DATABASE_UNAVAILABLE'
  readonly detail: string
}

/** What PostgreSQL says of an error, beside its message. */
interface Said { readonly code?: unknown, readonly detail?: unknown, readonly hint?: unknown, readonly where?: unknown, readonly position?: unknown }

/**
 * What passes by itself: locks and deadlocks, a shared row of the catalogue changed under us (XX000), a server that restarts
 * or is full, a connection that was lost (no word of the server's).
 */
export function isPassing(error: unknown): boolean {
  const state = stateOf(error)
  return state === undefined || /^(?:55P03|40P01|40001|XX000|53300|57P0.|08...)$/.test(state)
}

/** `script` is what was sent: PostgreSQL says where in it the mistake is. */
export function describeFailure(error: unknown, script: string): Failure {
  const { detail, hint, where, position } = error as Said
  const at = typeof position === 'string' ? statementAt(script, Number(position)) : undefined
  const lines = [
    [stateOf(error), error instanceof Error ? error.message : String(error)].filter(Boolean).join(' '),
    ...[detail, hint, where].filter(text => typeof text === 'string'),
    ...at ? [`in: ${at}`] : [],
  ]
  return { code: codeOf(error), detail: lines.join('\n').slice(0, 8_000) }
}

// PostgreSQL, appendix A: 42P06/42P07/42710/42701/42723 duplicate objects.
function codeOf(error: unknown): Failure['code'] {
  const state = stateOf(error)
  if (state && ['42P06', '42P07', '42710', '42701', '42723'].includes(state))
    return 'OBJECT_EXISTS'
  if (state && ['55P03', '40P01'].includes(state))
    return 'TABLES_IN_USE'
  return isPassing(error) ? 'DATABASE_UNAVAILABLE' : 'MIGRATION_FAILED'
}

/** The statement of a script in which a character, counted from 1, lies; no statement of a school's history holds a semicolon. */
function statementAt(script: string, position: number): string | undefined {
  let end = 0
  for (const statement of script.split(';\n')) {
    end += statement.length + 2
    if (position <= end)
      return statement
  }
}

/** The SQLSTATE; undefined where it was not the server that said it. */
export function stateOf(error: unknown): string | undefined {
  const code = (error as Said | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
