import type { Metrics } from '../shared/metrics.ts'
import { measure, measureEach } from '../shared/metrics.ts'

/** Shows how connections are used. */
export function measurePool(metrics: Metrics, pools: Readonly<Record<string, () => { size: number, open: number, idle: number, waiting: number }>>): void {
  const each = (name: string, help: string, use: 'size' | 'open' | 'idle' | 'waiting') =>
    measureEach(metrics, { name, help, labelNames: ['pool'] }, () => Object.entries(pools).map(([pool, read]) => ({ labels: { pool }, value: read()[use] })))
  each('pool_connections_max', 'The most connections a pool may have.', 'size')
  each('pool_connections_open', 'Connections a pool has.', 'open')
  each('pool_connections_idle', 'Those of them that nobody uses.', 'idle')
  each('pool_waiting', 'Who waits for a connection.', 'waiting')
}

/** Shows whether each check of `/readyz` holds. */
export function measureHealth(metrics: Metrics, health: () => Promise<Readonly<Record<string, boolean>>>): void {
  measureEach(metrics, { name: 'check_ok', help: 'Whether a check of /readyz holds: 1 or 0.', labelNames: ['check'] }, async () =>
    Object.entries(await health()).map(([check, ok]) => ({ labels: { check }, value: Number(ok) })))
}

/** Shows whether the process hears what others publish. */
export function measureListener(metrics: Metrics, bus: { readonly connected: () => boolean }): void {
  measure(metrics, 'listener_connected', 'Whether the listener has its connection: 1 or 0.', () => Number(bus.connected()))
}
