import pg from 'pg'
import { vi } from 'vitest'

/** What this process asks the database for while something is done, in order; parameters stay out of it, and ids that stand in the text. */
export async function statementsDuring(done: () => Promise<unknown>): Promise<string[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  try {
    await done()
    return query.mock.calls.map(([asked]) => (typeof asked === 'string' ? asked : (asked as { text: string }).text).replace(/'[0-9a-f-]{36}'/gi, '?'))
  }
  finally {
    query.mockRestore()
  }
}

/** The statements of two ways. Others' may come between, a worker's of a mail for instance: two that differ are looked at again. */
export async function statementsOfBoth(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<[string[], string[]]> {
  const end = Date.now() + patienceMs
  let both: [string[], string[]]
  do both = [await statementsDuring(one), await statementsDuring(other)]
  while (both[0].join('\n') !== both[1].join('\n') && Date.now() < end)
  return both
}

/** Longer than a worker is busy with what a test began. */
const patienceMs = 15_000
