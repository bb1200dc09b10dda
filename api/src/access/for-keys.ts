import type { Integrator, Principal } from './principal.ts'
import type { Resource, Scope } from './scopes.ts'
import { Extensions } from 'type-graphql'
import { Forbidden } from '../shared/errors.ts'
import { covers } from './scopes.ts'

/** What a field says about API keys: the scopes it takes beside those of the types around it, or that no key may ask for it. */
export type KeyRule = readonly Scope[] | 'never'

/**
 * Opens a root field to API keys that have these scopes; with none, to any key. On a field below the root: scopes it
 * takes beside the one of its type, because it tells something of another resource. A root field without it is closed to keys.
 */
export function ForKeys(...scopes: readonly Scope[]): MethodDecorator & PropertyDecorator {
  return Extensions({ keys: scopes })
}

/** Closes a field to API keys. A root field is closed without it too; here it says that this was meant. */
export function NotForKeys(): MethodDecorator & PropertyDecorator {
  return Extensions({ keys: 'never' })
}

/** Which resource an object type shows: its fields take that resource's read scope. Null: it shows nothing of a resource. */
export function OfResource(resource: Resource | null): ClassDecorator {
  return Extensions({ resource })
}

/** What a schema's parts carry of the above. */
export interface KeyFacts { readonly keys?: KeyRule, readonly resource?: Resource | null }

/** FORBIDDEN where the key of an integrator lacks a scope; everybody else passes. For what only the input tells. */
export function requireScope(principal: Principal, scope: Scope, what: string): void {
  const refusal = principal.kind === 'integrator' ? lacking(principal, [{ scope, field: what }]) : undefined
  if (refusal)
    throw refusal
}

/** The error for the first scope that a key lacks; undefined where it has all. */
export function lacking({ scopes, explorer }: Integrator, needed: readonly { readonly scope: Scope, readonly field: string }[]): Forbidden | undefined {
  const missing = needed.filter(({ scope }) => !covers(scopes, scope))
  const [first] = missing
  // The key may well have it: who explores with it has not asked for that.
  if (first?.scope.endsWith(':write') && explorer?.writing === false)
    return new Forbidden(`The explorer is reading, and ${first.field} writes: allow writing first.`)
  return first && new Forbidden(`This key lacks the scope ${first.scope}, which ${first.field} takes.`, { facts: { scope: first.scope, missing: [...new Set(missing.map(({ scope }) => scope))] } })
}

/** The error for a field that no key may ask for. */
export function closedToKeys(field: string): Forbidden {
  return new Forbidden(`An API key cannot be used for ${field}.`)
}
