import type { EntityManager, EventSubscriber, FlushEventArgs } from '@mikro-orm/core'
import { ChangeSetType } from '@mikro-orm/core'

/** An entity that a flush has stored. */
export interface WrittenEntity {
  readonly entity: object
  /** What the ORM calls it. */
  readonly name: string
  /** Its stored properties before; undefined where it is new. */
  readonly before: Readonly<Record<string, unknown>> | undefined
}

const written = new WeakMap<object, WrittenEntity[]>()

/** Notes what each unit of work has stored, in the order of its entities. */
export class WrittenEntities implements EventSubscriber {
  afterFlush({ em, uow }: FlushEventArgs): void {
    const list = written.get(em) ?? []
    written.set(em, list)
    for (const { entity, type, meta, originalEntity } of uow.getChangeSets())
      list.push({ entity, name: meta.name!, before: type === ChangeSetType.CREATE ? undefined : { ...originalEntity } })
  }
}

/** What was stored since this was last asked. */
export function takeWritten(em: EntityManager): readonly WrittenEntity[] {
  const list = written.get(em) ?? []
  written.delete(em)
  return list
}
