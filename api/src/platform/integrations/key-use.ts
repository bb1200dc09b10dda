import type { Platform } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'

/** How often what was used is written down. */
const writeEveryMs = 5_000
/** Not more often than this for one key. */
const oncePerMs = 60_000

/** Notes when and from where keys are used, beside the requests that use them: one statement for all keys, and at most once a minute for each. */
export class KeyUse {
  readonly #noted = new Map<string, { at: number, address: string }>()
  readonly #written = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void> | undefined

  constructor(private readonly platform: Platform, private readonly log: Log) {
    this.#timer = setInterval(() => void this.write(), writeEveryMs)
    this.#timer.unref()
  }

  note(keyId: string, address: string): void {
    const at = Date.now()
    if (at - (this.#written.get(keyId) ?? 0) >= oncePerMs)
      this.#noted.set(keyId, { at, address })
  }

  /** Writes what has been noted since the last time. */
  write(): Promise<void> {
    return this.#writing ??= this.#writeAll().finally(() => { this.#writing = undefined })
  }

  async #writeAll(): Promise<void> {
    const noted = [...this.#noted]
    this.#noted.clear()
    if (noted.length === 0)
      return
    try {
      // Another process may have written a later use, or this minute's.
      await this.platform.query(`
        update platform.api_key k set last_used_at = u.at, last_used_address = u.address
        from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as u (id, at, address)
        where k.id = u.id and (k.last_used_at is null or k.last_used_at <= u.at - interval '1 minute')`, [
        noted.map(([id]) => id),
        noted.map(([, { at }]) => new Date(at).toISOString()),
        noted.map(([, { address }]) => address),
      ])
      const now = Date.now()
      for (const [id, at] of this.#written) {
        if (now - at >= oncePerMs)
          this.#written.delete(id)
      }
      noted.forEach(([id, { at }]) => this.#written.set(id, at))
    }
    catch (error) {
      this.log.warn({ err: error }, 'when API keys were last used could not be written')
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.write()
  }
}
