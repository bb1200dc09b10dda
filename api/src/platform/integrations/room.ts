import type { Limits } from '../../access/limits.ts'
import type { ServedRequest } from '../../access/served-request.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { DeprecatedUseResolver } from './deprecated-use.resolver.ts'
import { DeprecatedUse } from './deprecated-use.ts'
import { FleetKeysResolver } from './fleet-keys.resolver.ts'
import { KeyUse } from './key-use.ts'
import { ApiKeyConnectionResolver, KeysResolver } from './keys.resolver.ts'
import { KeysService } from './keys.service.ts'
import { KnownKeys } from './known-keys.ts'
import { LimitsResolver } from './limits.resolver.ts'
import { LimitsService } from './limits.service.ts'
import { Points } from './points.ts'
import { Refusals } from './refusals.ts'
import { RequestLog } from './request-log.ts'
import { RequestsResolver } from './requests.resolver.ts'

export { integrationsLetters } from './keys.letters.ts'
export { looksLikeKey } from './token.ts'

/** Programs of other companies that act for a school: their keys, who is behind one, what they may cost, and what they asked for. */
export function integrationsRoom({ platform, tenancy, jobs, limits, limited, metrics, log }: { platform: Platform, tenancy: TenancyService, jobs: JobSender, limits: Limits, limited: boolean, metrics: Metrics, log: Log }) {
  const use = new KeyUse(platform, log)
  const requests = new RequestLog({ platform, metrics, log })
  const refusals = new Refusals(request => requests.note(request))
  const deprecated = new DeprecatedUse(platform, log)
  const [keys, limitsService] = [new KeysService(platform, jobs), new LimitsService(platform)]
  return {
    knownKeys: new KnownKeys(platform, use, metrics),
    points: new Points(platform, limited),
    /** Take down what keys asked for, and that they were turned away. */
    noteRequest: (request: ServedRequest) => {
      requests.note(request)
      deprecated.note(request)
    },
    noteRefusal: (request: ServedRequest) => refusals.note(request),
    resolvers: [
      new KeysResolver(keys, tenancy, limits),
      new ApiKeyConnectionResolver(),
      new FleetKeysResolver({ platform, tenancy, keys, limits: limitsService }),
      new DeprecatedUseResolver(platform),
      new LimitsResolver(limitsService),
      new RequestsResolver(platform),
    ],
    stop: async () => {
      refusals.stop()
      await Promise.all([use.stop(), requests.stop(), deprecated.stop()])
    },
  }
}
