import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { KeyUse } from './key-use.ts'
import { ApiKeyConnectionResolver, KeysResolver } from './keys.resolver.ts'
import { KeysService } from './keys.service.ts'
import { KnownKeys } from './known-keys.ts'
import { LimitsResolver } from './limits.resolver.ts'
import { LimitsService } from './limits.service.ts'
import { Points } from './points.ts'
import { RequestLog } from './request-log.ts'
import { RequestsResolver } from './requests.resolver.ts'

export { looksLikeKey } from './token.ts'

/** Programs of other companies that act for a school: their keys, who is behind one, what they may cost, and what they asked for. */
export function integrationsRoom({ platform, tenancy, limits, limited, metrics, log }: { platform: Platform, tenancy: TenancyService, limits: Limits, limited: boolean, metrics: Metrics, log: Log }) {
  const use = new KeyUse(platform, log)
  const requests = new RequestLog({ platform, metrics, log })
  return {
    knownKeys: new KnownKeys(platform, use),
    points: new Points(platform, limited),
    requests,
    resolvers: [new KeysResolver(new KeysService(platform), tenancy, limits), new ApiKeyConnectionResolver(), new LimitsResolver(new LimitsService(platform)), new RequestsResolver(platform)],
    stop: async () => {
      await Promise.all([use.stop(), requests.stop()])
    },
  }
}
