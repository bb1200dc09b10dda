/** What a form holds: texts, and lists whose order says nothing. */
export type Values = Record<string, string | string[] | boolean | undefined>

/** A field that two people have changed, each to something else. */
export interface Clash<V extends Values> { field: keyof V & string, mine: V[keyof V], theirs: V[keyof V] }

export interface Merged<V extends Values> {
  /** Mine where I have changed something, theirs elsewhere. */
  values: V
  clashes: Clash<V>[]
  /** Fields that only they have changed. */
  taken: (keyof V & string)[]
}

export const same = (a: Values[string], b: Values[string]): boolean => comparable(a) === comparable(b)

function comparable(value: Values[string]): string {
  return Array.isArray(value) ? JSON.stringify([...value].sort()) : JSON.stringify(typeof value === 'string' ? value.trim() : value ?? '')
}

/** What of a form is no longer as it was read. */
export function changesOf<V extends Values>(read: V, mine: V): Partial<V> {
  return Object.fromEntries(Object.entries(mine).filter(([field, value]) => !same(read[field], value))) as Partial<V>
}

/** Brings together what was read, what somebody made of it here and what it has become elsewhere. Nothing of either is lost. */
export function merge<V extends Values>(read: V, mine: V, theirs: V): Merged<V> {
  const fields = Object.keys(mine) as (keyof V & string)[]
  const changedByThem = fields.filter(field => !same(read[field], theirs[field]))
  const changedByMe = new Set(fields.filter(field => !same(read[field], mine[field])))
  const taken = changedByThem.filter(field => !changedByMe.has(field))
  return {
    values: { ...mine, ...Object.fromEntries(taken.map(field => [field, theirs[field]])) },
    clashes: changedByThem.filter(field => changedByMe.has(field) && !same(mine[field], theirs[field])).map(field => ({ field, mine: mine[field], theirs: theirs[field] })),
    taken,
  }
}
