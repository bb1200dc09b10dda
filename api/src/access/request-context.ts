import type { Log } from '../shared/log.ts'
import type { Trail } from '../shared/trail.ts'
import type { Charge } from './charge.ts'
import type { Principal } from './principal.ts'
import type { SchoolDoor } from './school-door.ts'
import DataLoader from 'dataloader'
import { Invalid } from '../shared/errors.ts'
import { pointsOf } from './charge.ts'
import { idOf } from './principal.ts'

/** The cookies, address and headers of a request, as far as resolvers may know them. */
export interface Client {
  /** The address rate limits count by. */
  readonly address: string
  /** What the program calls itself, cut to 300 characters. */
  readonly userAgent: string | undefined
  readonly refreshToken: string | undefined
  /** Sets or, with undefined, clears the refresh cookie of the answer. No effect on a socket. */
  readonly keepRefreshToken: (token: string | undefined, expiresAt?: Date) => void
}

/**
 * What one operation knows: who asks, for which tenant, and the door to that tenant's school.
 * A class with getters on its prototype: Apollo clones the context, and a plain object would freeze what it holds.
 */
export class RequestContext {
  constructor(private readonly facts: {
    readonly requestId: string
    /** Makes the operation's log when there is something to say: most pass in silence. */
    readonly openLog: () => Log
    readonly client: Client
    readonly principal: Principal
    readonly tenantId: string | undefined
    readonly school: SchoolDoor
    readonly idempotencyKeys?: readonly string[]
    /** Takes what an operation costs from its API key; undefined for people, and where limits are off. */
    readonly charge?: (points: number) => Promise<Charge | undefined>
  }) {}

  // Held in an object of its own, which a clone shares.
  private readonly operation: { name: string, price: number, charge: Charge | undefined, log: Log | undefined } = { name: 'anonymous', price: 0, charge: undefined, log: undefined }
  /** What the client calls the operation, or its first field; known once the document has been read. */
  get operationName(): string { return this.operation.name }
  nameOperation(name: string): void { this.operation.name = name.slice(0, 200) }

  /** What the operation costs, in values of its answer; known once it has been priced. */
  get price(): number { return this.operation.price }
  /** What its API key has paid for it, if it has one. */
  get charged(): Charge | undefined { return this.operation.charge }

  /** Has the API key pay for what the operation costs; RATE_LIMITED where it cannot. Everybody else passes. */
  async pay(price: number): Promise<void> {
    this.operation.price = price
    this.operation.charge = await this.facts.charge?.(pointsOf(price))
    if (this.operation.charge?.refused)
      throw this.operation.charge.refused
  }

  // Shared by clones too. What is loaded is not kept: a subscription is one operation for as long as it lasts.
  private readonly loaders = new Map<unknown, DataLoader<unknown, unknown>>()

  /** Loads one key, together with all other keys asked of the same batch at this level of the answer. */
  load<K, V>(batch: (keys: readonly K[]) => Promise<readonly V[]>, key: K): Promise<V> {
    let loader = this.loaders.get(batch) as DataLoader<K, V> | undefined
    if (!loader) {
      loader = new DataLoader<K, V>(batch, { cache: false })
      this.loaders.set(batch, loader as DataLoader<unknown, unknown>)
    }
    return loader.load(key)
  }

  get requestId(): string { return this.facts.requestId }
  get log(): Log { return this.operation.log ??= this.facts.openLog() }
  get client(): Client { return this.facts.client }
  get principal(): Principal { return this.facts.principal }
  /** The tenant in context; undefined where nothing names one. */
  get tenantId(): string | undefined { return this.facts.tenantId }
  get school(): SchoolDoor { return this.facts.school }
  /** Every `Idempotency-Key` of the request, as sent. */
  get idempotencyKeys(): readonly string[] { return this.facts.idempotencyKeys ?? [] }
  /** Who is behind what this operation changes. */
  get trail(): Trail { return trailOf(this.facts.principal, this.facts.requestId) }

  /** The tenant in context, or TENANT_REQUIRED. */
  requireTenantId(): string {
    if (this.facts.tenantId === undefined)
      throw new Invalid('Say which tenant this is about.', { code: 'TENANT_REQUIRED' })
    return this.facts.tenantId
  }
}

export function trailOf(principal: Principal, requestId: string): Trail {
  if (principal.kind === 'visitor')
    return { actor: { kind: 'visitor' }, requestId }
  // Behind a key that somebody tries out stands that person.
  if (principal.kind === 'integrator' && principal.explorer)
    return { actor: { kind: 'member', id: principal.explorer.accountId }, requestId }
  return { actor: { kind: principal.kind, id: idOf(principal) }, requestId }
}

/** The door to the school this operation acts on. */
export function inSchool(context: RequestContext): SchoolDoor {
  return context.school
}
