interface Gone { kind: string, name: string, count: number }

/** What went with a school, told in one line: tables with their rows together, each other kind by how many. */
export function summaryOf(gone: readonly Gone[]): { key: string, count: number }[] {
  const tables = gone.filter(({ kind }) => kind === 'table')
  const counts = new Map<string, number>(tables.length > 0 ? [['table', tables.length], ['row', tables.reduce((sum, { count }) => sum + count, 0)]] : [])
  for (const { kind, count } of gone) {
    // Where each school has one of them, it says nothing.
    if (kind !== 'table' && kind !== 'schema' && kind !== 'role')
      counts.set(kind, (counts.get(kind) ?? 0) + count)
  }
  return [...counts].filter(([, count]) => count > 0).map(([key, count]) => ({ key, count }))
}
