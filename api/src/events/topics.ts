import { z } from 'zod'

/** A kind of news between processes: a PostgreSQL channel and the shape of its payload (ids only, under 8,000 bytes). */
export interface Topic<Payload> {
  readonly channel: string
  readonly schema: z.ZodType<Payload>
}

/** A tenant's preparation has moved on; read its status to know how. */
export const tenantPreparationChanged: Topic<{ tenantId: string }> = {
  channel: 'tenant_preparation_changed',
  schema: z.object({ tenantId: z.uuid() }),
}

/** A school has changed: its outbox holds something for the platform. */
export const schoolChanged: Topic<{ tenantId: string }> = {
  channel: 'school_changed',
  schema: z.object({ tenantId: z.uuid() }),
}

/** Somebody's right to be here may have ended (session, membership, account, key, tenant): whoever holds something open asks again. */
export const accessChanged: Topic<{ accountId?: string | undefined, keyId?: string | undefined, tenantId?: string | undefined }> = {
  channel: 'access_changed',
  schema: z.object({ accountId: z.uuid().optional(), keyId: z.uuid().optional(), tenantId: z.uuid().optional() }),
}

/** Something that the operator sees of a tenant has changed: lifecycle, exports, version. Its preparation has a topic of its own. */
export const tenantChanged: Topic<{ tenantId: string }> = {
  channel: 'tenant_changed',
  schema: z.object({ tenantId: z.uuid() }),
}

/** A roll-out of migrations has moved on, or is to. */
export const rolloutChanged: Topic<{ rolloutId: string }> = {
  channel: 'rollout_changed',
  schema: z.object({ rolloutId: z.uuid() }),
}
