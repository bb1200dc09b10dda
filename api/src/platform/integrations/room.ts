import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { Log } from '../../shared/log.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { KeyUse } from './key-use.ts'
import { ApiKeyConnectionResolver, KeysResolver } from './keys.resolver.ts'
import { KeysService } from './keys.service.ts'
import { KnownKeys } from './known-keys.ts'

export { looksLikeKey } from './token.ts'

/** Programs of other companies that act for a school: their keys, and who is behind one. */
export function integrationsRoom({ platform, tenancy, limits, log }: { platform: Platform, tenancy: TenancyService, limits: Limits, log: Log }) {
  const use = new KeyUse(platform, log)
  return {
    knownKeys: new KnownKeys(platform, use),
    resolvers: [new KeysResolver(new KeysService(platform), tenancy, limits), new ApiKeyConnectionResolver()],
    stop: () => use.stop(),
  }
}
