import type { ServedRequest } from '../../access/served-request.ts'

/** Of refusals of one kind of one key, one row in so many milliseconds. */
const togetherMs = 60_000
const lookEveryMs = 5_000

interface Seen { since: number, times: number, last: ServedRequest }

/** Notes keys that are turned away: the first at once, what follows within a minute as one row that says how often. Who knocks without end writes next to nothing. */
export class Refusals {
  readonly #seen = new Map<string, Seen>()
  readonly #timer: NodeJS.Timeout

  constructor(private readonly write: (request: ServedRequest) => void) {
    this.#timer = setInterval(() => this.#tell(Date.now() - togetherMs), lookEveryMs)
    this.#timer.unref()
  }

  note(request: ServedRequest): void {
    const kind = `${request.keyId} ${request.code} ${request.refusal}`
    const seen = this.#seen.get(kind)
    if (seen) {
      seen.times += 1
      seen.last = request
      return
    }
    this.write(request)
    this.#seen.set(kind, { since: Date.now(), times: 0, last: request })
  }

  /** What began before `until`. Where nothing has come since it was told, the next is a first one again. */
  #tell(until: number): void {
    for (const [kind, seen] of this.#seen) {
      if (seen.since > until)
        continue
      if (seen.times === 0) {
        this.#seen.delete(kind)
        continue
      }
      this.write({ ...seen.last, times: seen.times })
      this.#seen.set(kind, { since: Date.now(), times: 0, last: seen.last })
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#tell(Infinity)
  }
}
