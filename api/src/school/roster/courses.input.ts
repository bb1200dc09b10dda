import { Field, ID, InputType, Int } from 'type-graphql'
import { z } from 'zod'
import { line, optionalLine } from '../../shared/validate.ts'
import { grade } from './people.input.ts'

@InputType('CreateCourseInput', { description: 'A course to create.' })
export class CreateCourseInput {
  @Field(() => String, { description: 'As people will call it.' })
  title!: string

  @Field(() => String, { nullable: true, description: 'A short code; two courses in use cannot share one (COURSE_CODE_TAKEN).' })
  courseCode?: string | null

  @Field(() => [String], { nullable: true, description: 'All grades it is for, as the school writes them; at most 20.' })
  grades?: string[] | null

  @Field(() => [String], { nullable: true, description: 'All subjects it belongs to; at most 20.' })
  subjects?: string[] | null
}

@InputType('UpdateCourseInput', { description: 'What to change of a course. What is left out stays as it is, null empties it.' })
export class UpdateCourseInput {
  @Field(() => ID, { description: 'The course.' })
  id!: string

  @Field(() => Int, { description: 'The version that was read: CONFLICT where it is no longer that, with the current one as `extensions.version`.' })
  version!: number

  @Field(() => String, { nullable: true, description: 'As people call it; cannot be emptied.' })
  title?: string | null

  @Field(() => String, { nullable: true, description: 'A short code; two courses in use cannot share one (COURSE_CODE_TAKEN).' })
  courseCode?: string | null

  @Field(() => [String], { nullable: true, description: 'All grades it is for, as the school writes them; at most 20.' })
  grades?: string[] | null

  @Field(() => [String], { nullable: true, description: 'All subjects it belongs to; at most 20.' })
  subjects?: string[] | null
}

const words = (word: z.ZodType<string, string>) => z.array(word).max(20).nullish().transform(all => [...new Set(all ?? [])])

export const newCourse = z.object({ title: line(200), courseCode: optionalLine(50), grades: words(grade), subjects: words(line(100)) })

export const courseChange = z.object({
  id: z.string(),
  version: z.int(),
  title: line(200).optional(),
  courseCode: optionalLine(50).optional(),
  grades: words(grade).optional(),
  subjects: words(line(100)).optional(),
})
