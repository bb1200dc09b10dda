import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { TenantRow } from '../tenancy/room.ts'
import { Repeater } from '@graphql-yoga/subscription'
import { oneAtATime } from '../../events/one-at-a-time.ts'
import { tenantChanged, tenantPreparationChanged } from '../../events/topics.ts'
import { largestPage } from '../../shared/page.ts'

/** At most four messages a second, however many tenants a second change. */
const pauseMs = 250
/** After a read that failed. */
const longerPauseMs = 1_000

/** The tenants that have changed, as they are now. */
export interface TenantsChanged {
  readonly tenants: readonly TenantRow[]
  readonly goneIds: readonly string[]
  /** Changes may have been missed. */
  readonly reload: boolean
}

type Take = (changes: TenantsChanged) => void

/** All tenants as they change, read once for any number of watchers. */
export class TenantsFeed {
  readonly #watchers = new Set<Take>()
  readonly #stale = new Set<string>()
  readonly #stops: (() => void)[]
  #missed = false
  #telling: Promise<void> | undefined

  constructor(bus: Bus, private readonly read: (tenantIds: readonly string[]) => Promise<TenantRow[]>, private readonly log: Log) {
    const changed = ({ tenantId }: { tenantId: string }) => this.#note(() => this.#stale.add(tenantId))
    this.#stops = [
      bus.listen(tenantPreparationChanged, changed),
      bus.listen(tenantChanged, changed),
      bus.onReconnect(() => this.#note(() => { this.#missed = true })),
    ]
  }

  /** What changes from now on. Stopping settles at once. */
  watch(): Repeater<TenantsChanged> {
    return new Repeater<TenantsChanged>(async (push, stop) => {
      const take: Take = oneAtATime(push, together)
      this.#watchers.add(take)
      await stop
      this.#watchers.delete(take)
    })
  }

  close(): void {
    for (const stop of this.#stops)
      stop()
  }

  #note(what: () => void): void {
    if (this.#watchers.size === 0)
      return
    what()
    // One read at a time: what is told meanwhile goes into the next one.
    this.#telling ??= this.#tell().finally(() => { this.#telling = undefined })
  }

  async #tell(): Promise<void> {
    while (this.#watchers.size > 0 && (this.#missed || this.#stale.size > 0)) {
      const changes = this.#missed ? this.#forget() : await this.#next()
      this.#watchers.forEach(take => take(changes))
      await new Promise(resolve => setTimeout(resolve, changes.reload ? longerPauseMs : pauseMs))
    }
    // Nobody watches any more: whoever comes next begins with a read of their own.
    this.#forget()
  }

  async #next(): Promise<TenantsChanged> {
    const ids = [...this.#stale].slice(0, largestPage)
    ids.forEach(id => this.#stale.delete(id))
    try {
      const tenants = await this.read(ids)
      const there = new Set(tenants.map(({ id }) => id))
      return { tenants, goneIds: ids.filter(id => !there.has(id)), reload: false }
    }
    catch (error) {
      this.log.warn({ err: error }, 'changed tenants could not be read; whoever watches reads again')
      return this.#forget()
    }
  }

  /** Everything is to be read again: what is waiting is part of that. */
  #forget(): TenantsChanged {
    this.#stale.clear()
    this.#missed = false
    return { tenants: [], goneIds: [], reload: true }
  }
}

/** Both as one message; of more tenants than a page holds it is cheaper to read again. */
function together(first: TenantsChanged, later: TenantsChanged): TenantsChanged {
  const goneIds = [...new Set([...first.goneIds, ...later.goneIds])]
  const tenants = [...new Map([...first.tenants, ...later.tenants].map(tenant => [tenant.id, tenant])).values()].filter(({ id }) => !goneIds.includes(id))
  return first.reload || later.reload || tenants.length + goneIds.length > largestPage ? { tenants: [], goneIds: [], reload: true } : { tenants, goneIds, reload: false }
}
