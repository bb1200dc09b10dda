/** What a school's roster holds, in OneRoster's words; each is read and written under scopes of its own. */
export const resources = ['roster.orgs', 'roster.academicSessions', 'roster.courses', 'roster.classes', 'roster.users', 'roster.enrollments', 'roster.demographics'] as const
export type Resource = typeof resources[number]

/** What an API key may be given. Writing a resource includes reading it. */
export type Scope = `${Resource}:${'read' | 'write'}`

/** Every scope there is, and what it lets a key do. */
export const scopes: readonly { readonly name: Scope, readonly description: string }[] = [
  { name: 'roster.orgs:read', description: 'Read the school itself and the organisations it belongs to.' },
  { name: 'roster.academicSessions:read', description: 'Read school years and terms.' },
  { name: 'roster.academicSessions:write', description: 'Change school years and terms, and read them.' },
  { name: 'roster.courses:read', description: 'Read courses.' },
  { name: 'roster.courses:write', description: 'Create and change courses, and read them.' },
  { name: 'roster.classes:read', description: 'Read classes, without who is in them.' },
  { name: 'roster.classes:write', description: 'Create and change classes, and read them.' },
  { name: 'roster.users:read', description: 'Read people: names, usernames, e-mail addresses, telephone numbers, roles.' },
  { name: 'roster.users:write', description: 'Add and change people, and read them.' },
  { name: 'roster.enrollments:read', description: 'Read who is in which class, and how many there are.' },
  { name: 'roster.enrollments:write', description: 'Enrol people in classes and withdraw them, and read who is there.' },
]

const known: ReadonlySet<string> = new Set(scopes.map(({ name }) => name))

export function isScope(name: string): name is Scope {
  return known.has(name)
}

/** Whether what a key was given covers a scope. */
export function covers(given: ReadonlySet<Scope>, wanted: Scope): boolean {
  return given.has(wanted) || (wanted.endsWith(':read') && given.has(wanted.replace(/:read$/, ':write') as Scope))
}
