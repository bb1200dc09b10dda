import type { AcademicSessionType } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { recordProperties } from './record.ts'

/** A school year or a part of one. The end is exclusive. */
export const AcademicSessionSchema = defineEntity({
  name: 'AcademicSession',
  tableName: 'academic_session',
  properties: {
    ...recordProperties(),
    title: p.text(),
    type: p.text().$type<AcademicSessionType>(),
    startDate: p.date(),
    endDate: p.date(),
    /** The year in which the school year ends; a change reaches the parts by itself (on update cascade). */
    schoolYear: p.integer(),
    parentId: p.uuid().nullable(),
  },
})

export class AcademicSession extends AcademicSessionSchema.class {}
AcademicSessionSchema.setClass(AcademicSession)
