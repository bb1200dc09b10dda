import { z } from 'zod'
import { absent, optionalLine } from '../../shared/validate.ts'
import { preparationStatuses } from './tenant.entity.ts'

/** Which tenants to list; all that is given must hold. */
export const tenantFilter = z.strictObject({
  search: optionalLine(200),
  status: absent(z.enum(preparationStatuses)),
})

export type TenantFilter = z.output<typeof tenantFilter>
