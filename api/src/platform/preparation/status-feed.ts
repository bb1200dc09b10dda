import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { ReadStatuses, Status } from './status.ts'
import { Repeater } from '@graphql-yoga/subscription'
import { tenantPreparationChanged } from '../../events/topics.ts'
import { isFinal } from './status.ts'

/** How often watched tenants are read without being told: what is left where an event was lost. */
const backstopMs = 5_000

interface Watcher {
  readonly take: (status: Status) => void
}

/**
 * Statuses as they change, for any number of watchers. However many watch one tenant, a change is read once;
 * changes of many tenants that arrive together are read in one statement.
 */
export class StatusFeed {
  readonly #watchers = new Map<string, Set<Watcher>>()
  readonly #stale = new Set<string>()
  readonly #stops: (() => void)[]
  #reading: Promise<void> | undefined

  constructor(bus: Bus, private readonly read: ReadStatuses, private readonly log: Log) {
    const everything = () => this.#refresh([...this.#watchers.keys()])
    const timer = setInterval(everything, backstopMs)
    timer.unref()
    this.#stops = [
      bus.listen(tenantPreparationChanged, ({ tenantId }) => this.#refresh([tenantId])),
      bus.onReconnect(everything),
      () => clearInterval(timer),
    ]
  }

  /** The current status, then each later one, then the end: after READY or FAILED. Stopping settles at once. */
  watch(tenantId: string): Repeater<Status> {
    return new Repeater<Status>(async (push, stop) => {
      let last = -1
      const watcher: Watcher = {
        take: (status) => {
          if (status.sequence <= last)
            return
          last = status.sequence
          push(status).catch(() => {})
          if (isFinal(status))
            stop()
        },
      }
      // Watch before reading: a change between the two would be lost.
      this.#add(tenantId, watcher)
      this.#refresh([tenantId])
      await stop
      this.#remove(tenantId, watcher)
    })
  }

  /** How many watch now. */
  get watchers(): number {
    return [...this.#watchers.values()].reduce((sum, watchers) => sum + watchers.size, 0)
  }

  close(): void {
    for (const stop of this.#stops)
      stop()
  }

  #add(tenantId: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(tenantId) ?? new Set()
    this.#watchers.set(tenantId, watchers.add(watcher))
  }

  #remove(tenantId: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(tenantId)
    watchers?.delete(watcher)
    if (watchers?.size === 0)
      this.#watchers.delete(tenantId)
  }

  #refresh(tenantIds: readonly string[]): void {
    for (const tenantId of tenantIds) {
      if (this.#watchers.has(tenantId))
        this.#stale.add(tenantId)
    }
    // One read at a time: what arrives meanwhile goes into the next one.
    this.#reading ??= this.#readStale().finally(() => { this.#reading = undefined })
  }

  async #readStale(): Promise<void> {
    while (this.#stale.size > 0) {
      const tenantIds = [...this.#stale]
      this.#stale.clear()
      try {
        for (const status of await this.read(tenantIds)) {
          for (const watcher of this.#watchers.get(status.tenantId) ?? [])
            watcher.take(status)
        }
      }
      catch (error) {
        this.log.warn({ err: error }, 'statuses could not be read; trying again with the next event or backstop')
        return
      }
    }
  }
}
