import type { CounterConfiguration, GaugeConfiguration, HistogramConfiguration } from 'prom-client'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Which part of Homeroom a process is. */
export type Part = 'api' | 'worker' | 'all'

/** What one Homeroom counts. docs/metrics.md lists all of it, and a test holds the two together. */
export interface Metrics {
  /** All that this process shows, as Prometheus reads it. */
  readonly registry: Registry
  readonly tenantQueryVerified: Counter
  /** Not 0 means that a statement was on its way to a school it did not belong to. */
  readonly tenantQueryMismatch: Counter
  readonly graphqlRequests: Counter<'operation' | 'outcome'>
  readonly graphqlSeconds: Histogram<'operation'>
  readonly preparations: Counter<'outcome'>
  readonly preparationSeconds: Histogram
  readonly preparationStepSeconds: Histogram<'step'>
  readonly readySeconds: Histogram
  readonly jobRuns: Counter<'queue' | 'outcome'>
  readonly webhookDeliveries: Counter<'outcome'>
  readonly webhooks: Counter<'outcome'>
  readonly apiRequestsDropped: Counter
  readonly apiKeysRefused: Counter<'reason'>
}

/** How a preparation can go: an attempt is ready, failed or was lost with its worker; `given_up` is the tenant that is FAILED. */
export const preparationOutcomes = ['ready', 'attempt_failed', 'attempt_lost', 'given_up'] as const

/** Why an API key was turned away: nobody's (or its secret is wrong), or one of a school that opens nothing. */
export const keyRefusalReasons = ['unknown', 'revoked', 'expired', 'address', 'school_closed'] as const

/** How a try to send a school's webhook can end. */
export const webhookOutcomes = ['delivered', 'failed', 'given_up', 'held'] as const

const quick = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
const slow = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120]

/** Counters in a registry of their own: two Homerooms in one process count apart. What another part counts is not shown. */
export function createMetrics(part: Part = 'all'): Metrics {
  const registry = new Registry()
  const shown = (by: Part) => ({ registers: part === by || part === 'all' ? [registry] : [] })
  const counter = <L extends string>(by: Part, name: string, help: string, labelNames: CounterConfiguration<L>['labelNames'] = []) =>
    new Counter<L>({ name, help, labelNames, ...shown(by) })
  const histogram = <L extends string>(by: Part, name: string, help: string, buckets: number[], labelNames: HistogramConfiguration<L>['labelNames'] = []) =>
    new Histogram<L>({ name, help, labelNames, buckets, ...shown(by) })
  const metrics = {
    registry,
    tenantQueryVerified: counter('api', 'tenant_query_verified_total', 'Statements sent to a school after they were found to belong to it.'),
    tenantQueryMismatch: counter('api', 'tenant_query_mismatch_total', 'Statements refused because they did not belong to the school they were on their way to. Must stay 0.'),
    graphqlRequests: counter('api', 'graphql_requests_total', 'GraphQL requests over HTTP, by root field and by how they ended: ok, or the code of the first error.', ['operation', 'outcome']),
    graphqlSeconds: histogram('api', 'graphql_request_seconds', 'How long GraphQL requests took, from the parsed body to the answer.', quick, ['operation']),
    preparations: counter('worker', 'preparations_total', 'Preparations: attempts that were ready, failed or lost with their worker, and tenants given up.', ['outcome']),
    preparationSeconds: histogram('worker', 'preparation_seconds', 'How long attempts took that made a school.', slow),
    preparationStepSeconds: histogram('worker', 'preparation_step_seconds', 'How long steps of a preparation took.', slow, ['step']),
    readySeconds: histogram('worker', 'preparation_ready_seconds', 'How long schools waited, from the job in the queue to READY.', slow),
    jobRuns: counter('worker', 'job_runs_total', 'Runs of jobs, by queue and outcome; a failed one is tried again while it has tries left.', ['queue', 'outcome']),
    apiRequestsDropped: counter('api', 'api_requests_dropped_total', 'Requests of API keys that were answered and are missing in the request log, because the database was away for too long.'),
    apiKeysRefused: counter('api', 'api_keys_refused_total', 'API keys that were turned away before anything of their request was read, by reason.', ['reason']),
    webhookDeliveries: counter('worker', 'alert_webhook_deliveries_total', 'Tries to tell the webhook about an alert.', ['outcome']),
    webhooks: counter('worker', 'webhook_attempts_total', 'Tries to send schools\' webhooks: delivered, failed (to be tried again) or given_up with the last try.', ['outcome']),
  } satisfies Metrics
  // What has not happened yet is 0, not absent: an alert compares it with what it was before.
  preparationOutcomes.forEach(outcome => metrics.preparations.inc({ outcome }, 0))
  ;['delivered', 'failed'].forEach(outcome => metrics.webhookDeliveries.inc({ outcome }, 0))
  keyRefusalReasons.forEach(reason => metrics.apiKeysRefused.inc({ reason }, 0))
  webhookOutcomes.forEach(outcome => metrics.webhooks.inc({ outcome }, 0))
  measureEach(metrics, { name: 'build_info', help: 'Always 1: which version runs as what.', labelNames: ['version', 'node', 'process'] }, () => [
    { labels: { version, node: process.versions.node, process: part }, value: 1 },
  ])
  collectDefaultMetrics({ register: registry })
  return metrics
}

/** Adds a number that is looked up whenever somebody reads the metrics. */
export function measure({ registry }: Metrics, name: string, help: string, read: () => number): void {
  registry.registerMetric(new Gauge({ name, help, registers: [], collect() { this.set(read()) } }))
}

export interface Measured { readonly labels: Readonly<Record<string, string>>, readonly value: number }

/** The same for a number with labels; what is no longer read is no longer shown. */
export function measureEach({ registry }: Metrics, gauge: Pick<GaugeConfiguration<string>, 'name' | 'help' | 'labelNames'>, read: () => readonly Measured[] | Promise<readonly Measured[]>): void {
  registry.registerMetric(new Gauge({
    ...gauge,
    registers: [],
    async collect() {
      const values = await read()
      this.reset()
      values.forEach(({ labels, value }) => this.set({ ...labels }, value))
    },
  }))
}

/** This program's version, wherever it was built to. */
const version = ownVersion(dirname(fileURLToPath(import.meta.url)))

function ownVersion(folder: string): string {
  const path = join(folder, 'package.json')
  return existsSync(path) ? String((JSON.parse(readFileSync(path, 'utf8')) as { version?: unknown }).version) : ownVersion(dirname(folder))
}
