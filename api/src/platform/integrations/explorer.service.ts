import type { Explorer, Integrator, PersonStanding, Principal } from '../../access/principal.ts'
import type { Scope } from '../../access/scopes.ts'
import type { Trail } from '../../shared/trail.ts'
import type { Exploration, ExplorerTokens } from './explorer-token.ts'
import type { ApiKeyRow } from './keys.queries.ts'
import type { KeysService } from './keys.service.ts'
import type { KnownKeys } from './known-keys.ts'
import { memberOf } from '../../access/signed-in.ts'
import { Unauthenticated } from '../../shared/errors.ts'

/** Long enough to think, short enough to be worth little to whoever finds one. */
const lifetimeMs = 15 * 60_000

export interface Opened { readonly key: ApiKeyRow, readonly token: string, readonly expiresAt: Date }

/** A school's ADMIN asks as one of its keys: what that key may, and nothing of what the person may beside. */
export class ExplorerService {
  constructor(private readonly parts: {
    readonly keys: KeysService
    readonly known: KnownKeys
    readonly tokens: ExplorerTokens
    /** Who is behind each of these sessions now. */
    readonly people: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, PersonStanding>>
  }) {}

  async open(principal: Principal, { keyId, writing }: { keyId: string, writing: boolean }, trail: Trail): Promise<Opened> {
    const { tenantId, sessionId } = memberOf(principal)
    const { key, until } = await this.parts.keys.explore(tenantId, keyId, { writing, until: new Date(Date.now() + lifetimeMs) }, trail)
    return { key, token: this.parts.tokens.sign({ keyId: key.id, sessionId, writing, expiresAt: until }), expiresAt: until }
  }

  /** Who shows this token. The list of addresses is the program's, and does not hold here: the person has proved who they are. */
  async principalOf(token: string): Promise<Integrator> {
    const exploration = this.parts.tokens.read(token)
    const [standing] = exploration ? await this.#standings([exploration]) : []
    if (!standing)
      throw new Unauthenticated('This token is not valid.')
    return standing
  }

  /** Those of these who may still explore. */
  standings(asked: readonly Integrator[]): Promise<Integrator[]> {
    return this.#standings(asked.flatMap(({ keyId, explorer, expiresAt }) => explorer && expiresAt ? [{ keyId, ...explorer, expiresAt }] : []))
  }

  async #standings(asked: readonly Exploration[]): Promise<Integrator[]> {
    const [keys, people] = await Promise.all([
      this.parts.known.standings([...new Set(asked.map(({ keyId }) => keyId))]),
      this.parts.people([...new Set(asked.map(({ sessionId }) => sessionId))]),
    ])
    return asked.flatMap(({ keyId, sessionId, writing, expiresAt }) => {
      const [key, person] = [keys.find(key => key.keyId === keyId), people.get(sessionId)]
      // Whoever is no longer an ADMIN of this very school asks as nobody.
      if (!key || person?.kind !== 'member' || person.role !== 'ADMIN' || person.suspended || person.tenantId !== key.tenantId)
        return []
      return [asExplorer(key, { accountId: person.accountId, sessionId, writing }, expiresAt)]
    })
  }
}

function asExplorer(key: Integrator, explorer: Explorer, until: Date): Integrator {
  return {
    ...key,
    scopes: explorer.writing ? key.scopes : new Set([...key.scopes].map(scope => scope.replace(/:write$/, ':read') as Scope)),
    expiresAt: key.expiresAt && key.expiresAt < until ? key.expiresAt : until,
    explorer,
  }
}
