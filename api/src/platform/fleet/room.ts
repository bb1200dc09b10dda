import type { RolloutPlan } from '../../config.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Bus } from '../../events/bus.ts'
import type { Log } from '../../shared/log.ts'
import type { ServedVersions } from '../tenancy/room.ts'
import { FleetResolver, rolloutSubscription } from './fleet.resolver.ts'
import { FleetService } from './fleet.service.ts'
import { RolloutFeed } from './rollout-feed.ts'
import { lastRollouts } from './rollout.ts'

export { rollOut, startFleetWorker } from './fleet.worker.ts'
export type { RolledOut } from './fleet.worker.ts'
export type { Rollout } from './rollout.ts'

/** Every school at one version: how far the fleet is, and the roll-outs that move it. */
export function fleetRoom(parts: { platform: Platform, bus: Bus, served: ServedVersions, plan: RolloutPlan, log: Log }) {
  const { platform } = parts
  const feed = new RolloutFeed(parts.bus, async () => (await lastRollouts(platform.query, 1))[0], parts.log)
  const service = new FleetService(platform, parts.served, parts.plan, feed)
  return { resolvers: [new FleetResolver(service), rolloutSubscription(service)], stop: () => feed.close() }
}
