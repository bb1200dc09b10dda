import { defineEntity, p } from '@mikro-orm/core'
import { Tenant } from '../tenancy/room.ts'
import { Account } from './account.entity.ts'

/** One sign-in: the family of all refresh tokens that came of it. Only hashes of tokens are kept. */
export const SessionSchema = defineEntity({
  name: 'Session',
  tableName: 'session',
  schema: 'platform',
  properties: {
    id: p.uuid().primary(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    tenantId: () => p.manyToOne(Tenant).mapToPk().fieldName('tenant_id').deleteRule('cascade').nullable(),
    refreshHash: p.blob().hidden(),
    previousRefreshHash: p.blob().nullable().hidden(),
    rotatedAt: p.datetime().defaultRaw('now()'),
    createdAt: p.datetime().defaultRaw('now()'),
    expiresAt: p.datetime(),
    revokedAt: p.datetime().nullable(),
    revokedReason: p.text().$type<'SIGN_OUT' | 'REUSE' | 'ENDED' | 'EVERYWHERE' | 'PASSWORD_CHANGED' | 'SECOND_FACTOR_CHANGED' | 'MEMBERSHIP_ENDED'>().nullable(),
    address: p.text().nullable(),
    userAgent: p.text().nullable(),
    lastUsedAt: p.datetime().defaultRaw('now()'),
  },
})

export class Session extends SessionSchema.class {}
SessionSchema.setClass(Session)
