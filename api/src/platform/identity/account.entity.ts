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
    /** One of the operator's people. Only the owner's command sets it: the request login may not write this column. */
    superadmin: p.boolean().defaultRaw('false'),
    emailVerifiedAt: p.datetime().nullable(),
    /** Sealed: see second-factor.ts. */
    totpSecret: p.blob().nullable().hidden(),
    /** Null until a first code has shown that the authenticator has the secret. */
    totpConfirmedAt: p.datetime().nullable(),
    /** The last time step a code was accepted for: none is good twice. */
    totpLastStep: p.bigint('number').nullable(),
  },
})

export class Account extends AccountSchema.class {}
AccountSchema.setClass(Account)
