import { Counter, Gauge, Registry } from 'prom-client'

/** What one Homeroom counts. */
export interface Metrics {
  /** All of it, as Prometheus reads it. */
  readonly registry: Registry
  readonly tenantQueryVerified: Counter
  /** Not 0 means that a statement was on its way to a school it did not belong to. */
  readonly tenantQueryMismatch: Counter
}

/** Counters in a registry of their own: two Homerooms in one process count apart. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const counter = (name: string, help: string) => new Counter({ name, help, registers: [registry] })
  return {
    registry,
    tenantQueryVerified: counter('tenant_query_verified_total', 'Statements sent to a school after they were found to belong to it.'),
    tenantQueryMismatch: counter('tenant_query_mismatch_total', 'Statements refused because they did not belong to the school they were on their way to. Must stay 0.'),
  }
}

/** Adds a number that is looked up whenever somebody reads the metrics. */
export function measure({ registry }: Metrics, name: string, help: string, read: () => number): void {
  registry.registerMetric(new Gauge({ name, help, registers: [], collect() { this.set(read()) } }))
}
