import * as z from 'zod/mini'
import { words } from './person-form.ts'

const fields = {
  title: z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(200, 'TOO_LONG')),
  courseId: z.optional(z.string()),
  termIds: z.array(z.string()).check(z.minLength(1, 'TERM_MISSING')),
  classCode: z.string().check(z.trim(), z.maxLength(50, 'TOO_LONG')),
  location: z.string().check(z.trim(), z.maxLength(100, 'TOO_LONG')),
}

export const classForm = z.object({ ...fields, teacherId: z.optional(z.string()) })

/** What is changed of a class that is there already. */
export const classEdit = z.object({ ...fields, grades: words(20) })

export const courseForm = z.object({
  title: z.string().check(z.trim(), z.minLength(1, 'REQUIRED'), z.maxLength(200, 'TOO_LONG')),
  courseCode: z.string().check(z.trim(), z.maxLength(50, 'TOO_LONG')),
  subjects: words(100),
  grades: words(20),
})
