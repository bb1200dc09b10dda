import type { ClassType, EnrollmentRole } from './roster.words.ts'
import { Field, ID, InputType, Int } from 'type-graphql'
import { z } from 'zod'
import { LocalDate } from '../../access/scalars.ts'
import { line, optionalLine } from '../../shared/validate.ts'
import { ClassTypeEnum, EnrollmentRoleEnum } from './enums.type.ts'
import { classTypes, enrollmentRoles } from './roster.words.ts'

@InputType('CreateClassInput', { description: 'A class to create.' })
export class CreateClassInput {
  @Field(() => String, { description: 'As people will call it.' })
  title!: string

  @Field(() => ID, { nullable: true, description: 'Which course it takes; without one, the course of the same title, made if there is none.' })
  courseId?: string | null

  @Field(() => [ID], { description: 'In which parts of the year it meets; at least one.' })
  termIds!: string[]

  @Field(() => String, { nullable: true, description: 'A short code; two classes in use cannot share one (CLASS_CODE_TAKEN).' })
  classCode?: string | null

  @Field(() => ClassTypeEnum, { nullable: true, description: 'SCHEDULED unless told.' })
  classType?: ClassType | null

  @Field(() => String, { nullable: true, description: 'Where it meets.' })
  location?: string | null

  @Field(() => ID, { nullable: true, description: 'Who teaches it.' })
  teacherId?: string | null
}

@InputType('EnrolInput', { description: 'A person to put in a class.' })
export class EnrolInput {
  @Field(() => ID, { description: 'The class.' })
  classId!: string

  @Field(() => ID, { description: 'The person.' })
  userId!: string

  @Field(() => EnrollmentRoleEnum, { description: 'As what.' })
  role!: EnrollmentRole
}

@InputType('UpdateEnrollmentInput', { description: 'What to change of a person\'s place in a class. What is left out stays as it is, null empties it.' })
export class UpdateEnrollmentInput {
  @Field(() => ID, { description: 'The place.' })
  id!: string

  @Field(() => Int, { description: 'The version that was read: CONFLICT where it is no longer that, with the current one as `extensions.version`.' })
  version!: number

  @Field(() => Boolean, { nullable: true, description: 'Whether this is the class\'s main teacher; for teachers only, and cannot be emptied.' })
  primary?: boolean | null

  @Field(() => LocalDate, { nullable: true, description: 'Inclusive.' })
  beginDate?: string | null

  @Field(() => LocalDate, { nullable: true, description: 'Exclusive: the first day after it.' })
  endDate?: string | null
}

export const newClass = z.object({
  title: line(200),
  courseId: z.string().nullish(),
  termIds: z.array(z.string()).min(1, 'Choose at least one term.').max(20).transform(ids => [...new Set(ids)]),
  classCode: optionalLine(50),
  classType: z.enum(classTypes).nullish().transform(type => type ?? 'scheduled' as const),
  location: optionalLine(100),
  teacherId: z.string().nullish(),
})

export const newEnrollment = z.object({ classId: z.string(), userId: z.string(), role: z.enum(enrollmentRoles) })

export const enrollmentChange = z.object({
  id: z.string(),
  version: z.int(),
  primary: z.boolean().optional(),
  beginDate: z.iso.date().nullish(),
  endDate: z.iso.date().nullish(),
})
