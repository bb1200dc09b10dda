import type { Limits } from '../../access/limits.ts'
import type { Platform } from '../../database/platform-db.ts'
import type { PreparationService } from '../preparation/room.ts'
import type { Founding } from '../registration/room.ts'
import type { TenancyService } from '../tenancy/room.ts'
import { TestSchoolsResolver } from './test-schools.resolver.ts'
import { TestSchoolsService } from './test-schools.service.ts'

/** Schools in which programs are tried out: an ADMIN makes one beside the school, and nothing of it is sent anywhere. */
export function testSchoolsRoom(parts: { platform: Platform, tenancy: TenancyService, preparation: PreparationService, founding: Founding, limits: Limits }) {
  return { resolvers: [new TestSchoolsResolver(new TestSchoolsService(parts), parts.limits)] }
}
