import { z } from 'zod'
import { absent, optionalLine } from '../../shared/validate.ts'
import { lifecycles, preparationStatuses } from './tenant.entity.ts'

/** Which tenants to list; all that is given must hold. */
export const tenantFilter = z.strictObject({
  search: optionalLine(200),
  status: absent(z.enum(preparationStatuses)),
  lifecycle: absent(z.enum(lifecycles)),
  errorCode: optionalLine(64),
  behind: absent(z.boolean()),
  test: absent(z.boolean()),
})

export type TenantFilter = z.output<typeof tenantFilter>

/** How to list them: the newest first unless told. */
export const tenantOrder = z.strictObject({
  field: z.enum(['FAILURES_FIRST', 'CREATED_AT', 'NAME', 'LAST_ACTIVE_AT']),
  direction: absent(z.enum(['asc', 'desc'])).transform(direction => direction ?? 'desc'),
})

export type TenantOrder = z.output<typeof tenantOrder>
