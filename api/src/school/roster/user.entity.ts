import type { RoleType, RosterRole } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { OrgSchema } from './org.entity.ts'
import { recordProperties, words } from './record.ts'

/** A person of the school, whether or not they can sign in to Homeroom. */
export const UserSchema = defineEntity({
  name: 'User',
  tableName: 'user',
  properties: {
    ...recordProperties(),
    enabledUser: p.boolean().default(true),
    username: p.text(),
    userIds: words(),
    givenName: p.text(),
    familyName: p.text(),
    middleName: p.text().nullable(),
    preferredGivenName: p.text().nullable(),
    preferredMiddleName: p.text().nullable(),
    preferredFamilyName: p.text().nullable(),
    identifier: p.text().nullable(),
    email: p.text().nullable(),
    sms: p.text().nullable(),
    phone: p.text().nullable(),
    grades: words(),
    pronouns: p.text().nullable(),
    userMasterIdentifier: p.text().nullable(),
    primaryOrg: () => p.manyToOne(OrgSchema).nullable(),
  },
})

export class User extends UserSchema.class {}
UserSchema.setClass(User)

/** What a person is at an org; one of a person's roles there is the primary one. */
export const RoleSchema = defineEntity({
  name: 'Role',
  tableName: 'role',
  properties: {
    ...recordProperties(),
    user: () => p.manyToOne(UserSchema),
    org: () => p.manyToOne(OrgSchema),
    role: p.text().$type<RosterRole>(),
    roleType: p.text().$type<RoleType>(),
    beginDate: p.date().nullable(),
    endDate: p.date().nullable(),
  },
})

export class Role extends RoleSchema.class {}
RoleSchema.setClass(Role)
