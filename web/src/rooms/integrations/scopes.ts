/** One thing that a key may read, or change as well. */
export interface ScopeRow {
  /** `roster.users` */
  resource: string
  /** What reading and writing mean; undefined where there is no such scope. */
  read?: string
  write?: string
}

/** The scopes of the server, one row for each resource, in its order. */
export function scopeRows(scopes: readonly { readonly name: string, readonly description: string }[]): ScopeRow[] {
  const rows = new Map<string, ScopeRow>()
  for (const { name, description } of scopes) {
    const [resource = name, level] = name.split(':')
    const row = rows.get(resource) ?? { resource }
    rows.set(resource, row)
    if (level === 'read' || level === 'write')
      row[level] = description
  }
  return [...rows.values()]
}

/** A choice with one level turned: writing takes reading along, and without reading there is no writing. */
export function turnScope(chosen: readonly string[], { resource }: ScopeRow, level: 'read' | 'write', on: boolean): string[] {
  const [read, write] = [`${resource}:read`, `${resource}:write`]
  const others = chosen.filter(name => name !== read && name !== write)
  const had = { read: chosen.includes(read), write: chosen.includes(write) }
  const now = level === 'write' ? { read: had.read || on, write: on } : { read: on, write: had.write && on }
  return [...others, ...now.read ? [read] : [], ...now.write ? [write] : []]
}

/** What is sent: writing includes reading, so it stands alone. */
export function leastOf(chosen: readonly string[]): string[] {
  return chosen.filter(name => !(name.endsWith(':read') && chosen.includes(name.replace(/read$/, 'write'))))
}
