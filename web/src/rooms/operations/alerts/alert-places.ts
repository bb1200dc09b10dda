import type { RouteLocationRaw } from 'vue-router'

interface Place { words: 'failed' | 'jobs' | 'migrations', to: RouteLocationRaw }

const failed: Place = { words: 'failed', to: { name: 'console', query: { state: 'failed' } } }
const jobs = (state: string): Place => ({ words: 'jobs', to: { name: 'jobs', query: { state } } })
const migrations: Place = { words: 'migrations', to: { name: 'migrations' } }

const places: Readonly<Record<string, Place>> = {
  PreparationsFailing: failed,
  PreparationSlow: jobs('WAITING'),
  QueueStuck: jobs('WAITING'),
  DeadLetters: jobs('FAILED'),
  WebhooksNotSent: jobs('WAITING'),
  SchoolsBehind: migrations,
  RolloutStopped: migrations,
}

/** Where in the console one looks into an alert, where that is a place of the console. */
export function placeOf(alert: string): Place | undefined {
  return Object.hasOwn(places, alert) ? places[alert] : undefined
}
