import { defineEntity, p } from '@mikro-orm/core'
import { AcademicSessionSchema } from './academic-session.entity.ts'
import { OrgSchema } from './org.entity.ts'
import { recordProperties, words } from './record.ts'

/** What is taught; a class is one group that takes it. */
export const CourseSchema = defineEntity({
  name: 'Course',
  tableName: 'course',
  properties: {
    ...recordProperties(),
    title: p.text(),
    courseCode: p.text().nullable(),
    grades: words(),
    subjects: words(),
    subjectCodes: words(),
    org: () => p.manyToOne(OrgSchema),
    schoolYear: () => p.manyToOne(AcademicSessionSchema).nullable(),
  },
})

export class Course extends CourseSchema.class {}
CourseSchema.setClass(Course)
