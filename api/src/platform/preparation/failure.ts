import { SeedRefused } from '../../shared/seed.ts'

/** Why a preparation failed: a code and a sentence for anyone, and the whole cause for the operator. */
export interface Failure {
  readonly code: string
  readonly detail: string
}

const messages: Readonly<Record<string, string>> = {
  OBJECT_EXISTS: 'Something in the database already has the name this school needs.',
  STEP_FAILED: 'A step of the preparation did not succeed.',
  DATABASE_UNAVAILABLE: 'The database was not available for long enough.',
  WORKER_LOST: 'The preparation was interrupted several times.',
  CANCELLED: 'The preparation was stopped by the operator.',
  TIMED_OUT: 'The preparation took too long.',
  EXPORT_GONE: 'The export that the school was to be restored from is no longer there.',
  EXPORT_DAMAGED: 'The export that the school was to be restored from is damaged.',
  EXPORT_TOO_NEW: 'The export that the school was to be restored from was made by a newer release.',
}

/** The sentence that goes with a code; it names nothing inside the server. */
export function safeMessage(code: string): string {
  return `${messages[code] ?? messages.STEP_FAILED} Nothing was left half-made. Please try again; if it fails again, tell us the reference.`
}

/** Sorts what was thrown during a step into a code. */
export function describeFailure(error: unknown, step: string | undefined): Failure {
  const state = sqlState(error)
  const detail = `${step ? `${step}: ` : ''}${state ? `${state} ` : ''}${error instanceof Error ? error.stack ?? error.message : String(error)}`
  return { code: error instanceof SeedRefused ? error.reason : codeOf(state), detail: detail.slice(0, 8_000) }
}

// PostgreSQL, appendix A: 42P06/42P07/42710/42723 duplicate objects; 57P0x, 08xxx, 53xxx the server is away or full; 57014, 25P04 timeouts.
function codeOf(state: string | undefined): string {
  if (!state)
    return 'STEP_FAILED'
  if (['42P06', '42P07', '42710', '42723'].includes(state))
    return 'OBJECT_EXISTS'
  if (['57014', '25P04', '55P03'].includes(state))
    return 'TIMED_OUT'
  return /^(?:08|53|57P)/.test(state) ? 'DATABASE_UNAVAILABLE' : 'STEP_FAILED'
}

function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  if (typeof code !== 'string')
    return undefined
  if (['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code))
    return '08006'
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
