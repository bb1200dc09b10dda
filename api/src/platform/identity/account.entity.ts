import { defineEntity, p } from '@mikro-orm/core'

/** A person who can sign in. */
export const AccountSchema = defineEntity({
  name: 'Account',
  tableName: 'account',
  schema: 'platform',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    name: p.text(),
    passwordHash: p.text().hidden(),
    createdAt: p.datetime().defaultRaw('now()'),
    disabledAt: p.datetime().nullable(),
    credentialsChangedAt: p.datetime().defaultRaw('now()'),
  },
})

export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account)
