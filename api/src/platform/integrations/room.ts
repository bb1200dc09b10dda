import type { Limits } from '../../access/limits.ts'
import type { Integrator, PersonStanding } from '../../access/principal.ts'
import type { ServedRequest } from '../../access/served-request.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { JobSender } from '../../jobs/queue.ts'
import type { Log } from '../../shared/log.ts'
import type { Metrics } from '../../shared/metrics.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { DeprecatedUseResolver } from './deprecated-use.resolver.ts'
import { DeprecatedUse } from './deprecated-use.ts'
import { ExplorerTokens, isExplorerToken } from './explorer-token.ts'
import { ExplorerResolver } from './explorer.resolver.ts'
import { ExplorerService } from './explorer.service.ts'
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
export { looksLikeKey, mintToken } from './token.ts'

/** Programs of other companies that act for a school: their keys, who is behind one, what they may cost, and what they asked for. */
export function integrationsRoom({ platform, tenancy, jobs, people, limits, limited, secretKey, metrics, log }: { platform: Platform, tenancy: TenancyService, jobs: JobSender, people: (sessionIds: readonly string[]) => Promise<ReadonlyMap<string, PersonStanding>>, limits: Limits, limited: boolean, secretKey: string, metrics: Metrics, log: Log }) {
  const use = new KeyUse(platform, log)
  const requests = new RequestLog({ platform, metrics, log })
  const refusals = new Refusals(request => requests.note(request))
  const deprecated = new DeprecatedUse(platform, log)
  const [keys, limitsService] = [new KeysService(platform, jobs), new LimitsService(platform)]
  const known = new KnownKeys(platform, use, metrics)
  const explorer = new ExplorerService({ keys, known, people, tokens: new ExplorerTokens(secretKey) })
  return {
    programs: {
      /** Who shows a key, or asks as one. */
      principalOf: async (token: string, address: string) => isExplorerToken(token) ? { principal: await explorer.principalOf(token), tenant: undefined } : known.principalOf(token, address),
      /** Those of these who may still ask. */
      async standings(asked: readonly Integrator[]): Promise<Integrator[]> {
        const [explorers, programs] = [asked.filter(who => who.explorer), asked.filter(who => !who.explorer)]
        return (await Promise.all([
          explorers.length > 0 ? explorer.standings(explorers) : [],
          programs.length > 0 ? known.standings(programs.map(({ keyId }) => keyId)) : [],
        ])).flat()
      },
    },
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
      new ExplorerResolver(explorer, limits),
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
