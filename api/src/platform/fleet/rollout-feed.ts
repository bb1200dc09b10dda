import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { Rollout } from './rollout.ts'
import { Repeater } from '@graphql-yoga/subscription'
import { oneAtATime } from '../../events/one-at-a-time.ts'
import { rolloutChanged } from '../../events/topics.ts'

/** At most four times a second, however many schools a second are migrated. */
const pauseMs = 250
/** How often a watched roll-out is read without being told: what is left where an event was lost. */
const backstopMs = 5_000

type Take = (rollout: Rollout | null) => void

/** The roll-out as it goes on, read once for any number of watchers. */
export class RolloutFeed {
  readonly #watchers = new Set<Take>()
  readonly #stops: (() => void)[]
  #stale = false
  #reading: Promise<void> | undefined

  constructor(bus: Bus, private readonly read: () => Promise<Rollout | undefined>, private readonly log: Log) {
    const refresh = () => this.#refresh()
    const timer = setInterval(refresh, backstopMs)
    timer.unref()
    this.#stops = [bus.listen(rolloutChanged, refresh), bus.onReconnect(refresh), () => clearInterval(timer)]
  }

  /** The open roll-out or the last one, null where there was none, then each change. Stopping settles at once. */
  watch(): Repeater<Rollout | null> {
    return new Repeater<Rollout | null>(async (push, stop) => {
      let last = ''
      const tell = oneAtATime<Rollout | null>(push, (_, later) => later)
      const take: Take = (rollout) => {
        const said = JSON.stringify(rollout)
        if (said === last)
          return
        last = said
        tell(rollout)
      }
      // Watch before reading: a change between the two would be lost.
      this.#watchers.add(take)
      this.#refresh()
      await stop
      this.#watchers.delete(take)
    })
  }

  close(): void {
    for (const stop of this.#stops)
      stop()
  }

  #refresh(): void {
    if (this.#watchers.size === 0)
      return
    this.#stale = true
    // One read at a time: what is told meanwhile goes into the next one.
    this.#reading ??= this.#readStale().finally(() => { this.#reading = undefined })
  }

  async #readStale(): Promise<void> {
    while (this.#stale && this.#watchers.size > 0) {
      this.#stale = false
      try {
        const rollout = await this.read() ?? null
        this.#watchers.forEach(take => take(rollout))
      }
      catch (error) {
        this.log.warn({ err: error }, 'the roll-out could not be read; trying again with the next event or backstop')
        return
      }
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }
}
