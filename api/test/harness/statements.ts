import type { Statement } from '../../src/database/packet.ts'
import pg from 'pg'
import { Packet } from '../../src/database/packet.ts'

export interface Sent { readonly text: string, readonly name?: string | undefined }

/** What this process asks the database for while something is done, in order. `done` may look at what has been sent so far. */
export async function sentDuring(done: (sent: () => readonly Sent[]) => Promise<unknown>): Promise<readonly Sent[]> {
  const { query } = pg.Client.prototype
  const sent: Sent[] = []
  pg.Client.prototype.query = function (this: pg.Client, ...given: [unknown]) {
    sent.push(...statementsOf(given[0]))
    return (query as (...given: unknown[]) => unknown).apply(this, given)
  } as typeof query
  try {
    await done(() => sent)
    return sent
  }
  finally {
    pg.Client.prototype.query = query
  }
}

function statementsOf(asked: unknown): readonly Sent[] {
  if (asked instanceof Packet)
    return asked.parts.map(({ text, planned }: Statement) => ({ text, name: planned?.name }))
  return [typeof asked === 'string' ? { text: asked } : asked as Sent]
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
