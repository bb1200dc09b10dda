import type { ServedRequest } from '../../access/served-request.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'

const writeEveryMs = 1_000
/** Requests in one statement. */
const batchSize = 500
/** What is kept while the database is away; what comes then is dropped, and counted. */
const mostKept = 10_000

/** Writes down what keys asked for, beside the requests: in batches, of which none waits for one. */
export class RequestLog {
  readonly #waiting: ServedRequest[] = []
  readonly #timer: NodeJS.Timeout
  #writing: Promise<void> | undefined

  constructor(private readonly parts: { readonly platform: Platform, readonly metrics: Metrics, readonly log: Log }) {
    this.#timer = setInterval(() => void this.write(), writeEveryMs)
    this.#timer.unref()
  }

  note(request: ServedRequest): void {
    if (this.#waiting.length >= mostKept)
      return void this.parts.metrics.apiRequestsDropped.inc()
    this.#waiting.push(request)
    if (this.#waiting.length >= batchSize)
      void this.write()
  }

  /** Writes what is waiting. */
  write(): Promise<void> {
    return this.#writing ??= this.#writeAll().finally(() => { this.#writing = undefined })
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, batchSize)
      try {
        // What a key asked that has gone with its school meanwhile is not kept.
        await this.parts.platform.query(`
          insert into platform.api_request (tenant_id, key_id, at, kind, operation, operation_name, status, code, cost, duration_ms, request_id, variables, address, times, refusal, from_explorer)
          select k.tenant_id, k.id, r.at, r.kind, r.operation, r."operationName", r.status, r.code, r.cost, r."durationMs", r."requestId", r.variables, r.address, r.times, r.refusal, r."fromExplorer"
          from jsonb_to_recordset($1::jsonb) as r ("keyId" uuid, at timestamptz, kind text, operation text, "operationName" text, status int, code text, cost int, "durationMs" int, "requestId" text, variables jsonb, address text, times int, refusal text, "fromExplorer" boolean)
          join platform.api_key k on k.id = r."keyId"`, [JSON.stringify(batch)])
      }
      catch (error) {
        // They stay for the next time.
        return this.parts.log.warn({ err: error, waiting: this.#waiting.length }, 'requests of API keys could not be written down')
      }
      this.#waiting.splice(0, batch.length)
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.write()
    this.parts.metrics.apiRequestsDropped.inc(this.#waiting.length)
  }
}
