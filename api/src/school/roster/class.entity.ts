import type { ClassType } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { AcademicSessionSchema } from './academic-session.entity.ts'
import { CourseSchema } from './course.entity.ts'
import { OrgSchema } from './org.entity.ts'
import { recordProperties, words } from './record.ts'

/** A group of people who meet for a course in some terms. */
export const ClassSchema = defineEntity({
  name: 'Class',
  tableName: 'class',
  properties: {
    ...recordProperties(),
    title: p.text(),
    classCode: p.text().nullable(),
    classType: p.text().$type<ClassType>().default('scheduled'),
    location: p.text().nullable(),
    grades: words(),
    subjects: words(),
    subjectCodes: words(),
    periods: words(),
    course: () => p.manyToOne(CourseSchema),
    school: () => p.manyToOne(OrgSchema),
  },
})

export class Class extends ClassSchema.class {}
ClassSchema.setClass(Class)

/** In which parts of the year a class meets. */
export const ClassTermSchema = defineEntity({
  name: 'ClassTerm',
  tableName: 'class_term',
  primaryKeys: ['class', 'academicSession'],
  properties: {
    class: () => p.manyToOne(ClassSchema).primary(),
    academicSession: () => p.manyToOne(AcademicSessionSchema).primary(),
  },
})

export class ClassTerm extends ClassTermSchema.class {}
ClassTermSchema.setClass(ClassTerm)
