import type { EnrollmentRole } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { ClassSchema } from './class.entity.ts'
import { recordProperties } from './record.ts'
import { UserSchema } from './user.entity.ts'

/** A person's place in a class. */
export const EnrollmentSchema = defineEntity({
  name: 'Enrollment',
  tableName: 'enrollment',
  properties: {
    ...recordProperties(),
    class: () => p.manyToOne(ClassSchema),
    user: () => p.manyToOne(UserSchema),
    role: p.text().$type<EnrollmentRole>(),
    isPrimary: p.boolean().default(false),
    beginDate: p.date().nullable(),
    endDate: p.date().nullable(),
  },
})

export class Enrollment extends EnrollmentSchema.class {}
EnrollmentSchema.setClass(Enrollment)
