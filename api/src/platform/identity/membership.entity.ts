import type { MemberRole } from '../../access/principal.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { Tenant } from '../tenancy/room.ts'
import { Account } from './account.entity.ts'

/** A person's role in one tenant. */
export const MembershipSchema = defineEntity({
  name: 'Membership',
  tableName: 'membership',
  schema: 'platform',
  uniques: [{ name: 'membership_account_tenant_unique', properties: ['accountId', 'tenantId'] }],
  properties: {
    id: p.uuid().primary(),
    accountId: () => p.manyToOne(Account).mapToPk().fieldName('account_id').deleteRule('cascade'),
    tenantId: () => p.manyToOne(Tenant).mapToPk().fieldName('tenant_id').deleteRule('cascade'),
    role: p.text().$type<MemberRole>(),
    createdAt: p.datetime().defaultRaw('now()'),
  },
})

export class Membership extends MembershipSchema.class {}
MembershipSchema.setClass(Membership)
