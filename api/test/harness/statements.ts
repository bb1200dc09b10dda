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

/** The statements of two ways; others' may come between, so two that differ are looked at again. */
export async function statementsOfBoth(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<[string[], string[]]> {
  let both: [string[], string[]] = [[], []]
  for (let time = 0; time < 5; time++) {
    both = [await statementsDuring(one), await statementsDuring(other)]
    if (both[0].join('\n') === both[1].join('\n'))
      break
  }
  return both
}
