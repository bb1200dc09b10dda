import type { OrgType } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { recordProperties } from './record.ts'

/** An organisation: the school itself, later also its departments and district. */
export const OrgSchema = defineEntity({
  name: 'Org',
  tableName: 'org',
  properties: {
    ...recordProperties(),
    name: p.text(),
    type: p.text().$type<OrgType>(),
    identifier: p.text().nullable(),
    parent: () => p.manyToOne(OrgSchema).nullable(),
    /** IANA zone; set for the school itself. */
    timeZone: p.text().nullable(),
  },
})

export class Org extends OrgSchema.class {}
OrgSchema.setClass(Org)
