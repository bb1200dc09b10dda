import type { AnyEntity, CacheAdapter, EventArgs, EventSubscriber, FlushEventArgs, ForkOptions, Transaction } from '@mikro-orm/core'
import { helper, Reference, Utils } from '@mikro-orm/core'
import { EntityManager } from '@mikro-orm/postgresql'

/** Which school an EntityManager, a transaction or an entity is of. */
const schoolOf = new WeakMap<object, string>()

function refuse(): never {
  throw new Error('An entity of one school was brought into another: load it there, by its own id.')
}

/** An EntityManager of one school, and so is every fork of it. Nothing of another school can be given to it. */
export class SchoolEntityManager extends EntityManager {
  /** A unit of work in a school's transaction. */
  openFor(tenantId: string, transaction: Transaction): EntityManager {
    const em = this.fork({ disableContextResolution: true })
    schoolOf.set(em, tenantId)
    schoolOf.set(transaction, tenantId)
    em.setTransactionContext(transaction)
    return em
  }

  override fork(options?: ForkOptions): this {
    const fork = super.fork(options)
    const school = schoolOf.get(this)
    if (school !== undefined)
      schoolOf.set(fork, school)
    return fork
  }

  static {
    // Every method, not a list of those that take entities today: the next version may bring another.
    for (let type = EntityManager.prototype as object; type !== Object.prototype; type = Object.getPrototypeOf(type) as object) {
      for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
        if (typeof method !== 'function' || Object.hasOwn(this.prototype, name))
          continue
        Object.defineProperty(this.prototype, name, {
          value(this: SchoolEntityManager, ...given: unknown[]): unknown {
            const school = schoolOf.get(this)
            if (school !== undefined)
              keepOut(given, school)
            return Reflect.apply(method, this, given)
          },
        })
      }
    }
  }
}

/** Refuses what is of another school among arguments, in their lists and their objects. */
function keepOut(given: readonly unknown[], school: string, depth = 3): void {
  for (const value of given) {
    if (value === null || typeof value !== 'object')
      continue
    if ((schoolOf.get(Reference.unwrapReference(value)) ?? school) !== school)
      refuse()
    if (depth > 0 && (Array.isArray(value) || Utils.isPlainObject(value)))
      keepOut(Object.values(value), school, depth - 1)
  }
}

/** Notes of every entity which school it is of, and looks at all that a flush may write before it does. */
export class OwnEntitiesOnly implements EventSubscriber {
  onInit({ entity, em }: EventArgs<object>): void {
    const school = schoolOf.get(em)
    if (school !== undefined && !schoolOf.has(entity))
      schoolOf.set(entity, school)
  }

  onFlush({ em, uow }: FlushEventArgs): void {
    const school = schoolOf.get(em)
    if (school === undefined)
      return
    const touched = [...uow.getPersistStack(), ...uow.getRemoveStack()]
    for (const entity of touched.flatMap(each => [each, ...related(each)])) {
      // One that was made with `new` is of the school that first stores it.
      if (!schoolOf.has(entity))
        schoolOf.set(entity, school)
      if (schoolOf.get(entity) !== school)
        refuse()
    }
  }
}

/** What an entity refers to, as far as it is in memory. */
function related(entity: AnyEntity): AnyEntity[] {
  return helper(entity).__meta.relations.flatMap(({ name }) => {
    const value: unknown = Reference.unwrapReference((entity as Record<string, object>)[name]!)
    if (Utils.isCollection<AnyEntity>(value))
      return value.getItems(false)
    return Utils.isEntity<AnyEntity>(value) ? [value] : []
  })
}

/** Keeps nothing: a named result would be the same for every school. */
export class NoResultCache implements CacheAdapter {
  get(): never { throw new Error('Rows of a school are not kept between operations: leave out `cache`.') }
  set(): never { return this.get() }
  remove(): never { return this.get() }
  clear(): void {}
}
