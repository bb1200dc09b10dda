import type { ServedRequest } from '../../access/served-request.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'

const writeEveryMs = 2_000

interface Counted { readonly keyId: string, readonly member: string, uses: number, firstAt: Date, lastAt: Date }

/** Counts, beside the requests, how often each key uses what will go from the contract: one statement for all of them. */
export class DeprecatedUse {
  #counted = new Map<string, Counted>()
  // Where nothing will go, there is nothing to count.
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> | undefined

  constructor(private readonly platform: Platform, private readonly log: Log) {}

  note({ keyId, at, deprecated }: Pick<ServedRequest, 'keyId' | 'at' | 'deprecated'>): void {
    for (const member of deprecated)
      this.#add({ keyId, member, uses: 1, firstAt: at, lastAt: at })
    if (deprecated.length > 0)
      this.#timer ??= setInterval(() => void this.write(), writeEveryMs).unref()
  }

  /** Writes what has been counted since the last time. */
  write(): Promise<void> {
    return this.#writing ??= this.#writeAll().finally(() => { this.#writing = undefined })
  }

  async #writeAll(): Promise<void> {
    const counted = [...this.#counted.values()]
    this.#counted = new Map()
    if (counted.length === 0)
      return
    try {
      // In one order, so that two processes cannot wait for each other; a key that has gone meanwhile counts no more.
      await this.platform.query(`
        insert into platform.api_deprecated_use as d (key_id, member, tenant_id, uses, first_used_at, last_used_at)
        select k.id, u.member, k.tenant_id, u.uses, u."firstAt", u."lastAt"
        from jsonb_to_recordset($1::jsonb) as u ("keyId" uuid, member text, uses bigint, "firstAt" timestamptz, "lastAt" timestamptz)
        join platform.api_key k on k.id = u."keyId" order by k.id, u.member
        on conflict (key_id, member) do update set uses = d.uses + excluded.uses, last_used_at = greatest(d.last_used_at, excluded.last_used_at)`, [JSON.stringify(counted)])
    }
    catch (error) {
      counted.forEach(each => this.#add(each))
      this.log.warn({ err: error }, 'how often API keys use what is deprecated could not be written')
    }
  }

  #add({ keyId, member, uses, firstAt, lastAt }: Counted): void {
    const name = `${keyId} ${member}`
    const before = this.#counted.get(name)
    this.#counted.set(name, before
      ? { keyId, member, uses: before.uses + uses, firstAt: new Date(Math.min(+before.firstAt, +firstAt)), lastAt: new Date(Math.max(+before.lastAt, +lastAt)) }
      : { keyId, member, uses, firstAt, lastAt })
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.write()
  }
}
