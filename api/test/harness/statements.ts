import pg from 'pg'
import { vi } from 'vitest'

export interface Sent { readonly text: string, readonly name?: string }

/** What this process asks the database for while something is done, in order. `done` may look at what has been sent so far. */
export async function sentDuring(done: (sent: () => readonly Sent[]) => Promise<unknown>): Promise<readonly Sent[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  const sent = () => query.mock.calls.map(([asked]): Sent => typeof asked === 'string' ? { text: asked } : asked as unknown as Sent)
  try {
    await done(sent)
    return sent()
  }
  finally {
    query.mockRestore()
  }
}

/** The same as texts: parameters stay out of it, and ids that stand in them. */
export async function statementsDuring(done: () => Promise<unknown>): Promise<string[]> {
  return (await sentDuring(done)).map(({ text }) => text.replace(/'[0-9a-f-]{36}'/gi, '?'))
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
