import type { ClassType } from './roster.words.ts'
import { Field, ID, InputType, Int } from 'type-graphql'
import { z } from 'zod'
import { line, optionalLine } from '../../shared/validate.ts'
import { ClassTypeEnum } from './enums.type.ts'
import { grade } from './people.input.ts'
import { classTypes } from './roster.words.ts'

@InputType('UpdateClassInput', { description: 'What to change of a class. What is left out stays as it is, null empties it.' })
export class UpdateClassInput {
  @Field(() => ID, { description: 'The class.' })
  id!: string

  @Field(() => Int, { description: 'The version that was read: CONFLICT where it is no longer that, with the current one as `extensions.version`.' })
  version!: number

  @Field(() => String, { nullable: true, description: 'As people call it; cannot be emptied.' })
  title?: string | null

  @Field(() => ID, { nullable: true, description: 'Which course it takes; cannot be emptied.' })
  courseId?: string | null

  @Field(() => [ID], { nullable: true, description: 'All parts of the year it meets in; at least one.' })
  termIds?: string[] | null

  @Field(() => String, { nullable: true, description: 'A short code; two classes in use cannot share one (CLASS_CODE_TAKEN).' })
  classCode?: string | null

  @Field(() => ClassTypeEnum, { nullable: true, description: 'How it meets; cannot be emptied.' })
  classType?: ClassType | null

  @Field(() => String, { nullable: true, description: 'Where it meets.' })
  location?: string | null

  @Field(() => [String], { nullable: true, description: 'All grades it is for, as the school writes them; at most 20.' })
  grades?: string[] | null
}

export const classChange = z.object({
  id: z.string(),
  version: z.int(),
  title: line(200).optional(),
  courseId: z.string().optional(),
  termIds: z.array(z.string()).min(1, 'Choose at least one term.').max(20).transform(ids => [...new Set(ids)]).optional(),
  classCode: optionalLine(50).optional(),
  classType: z.enum(classTypes).optional(),
  location: optionalLine(100).optional(),
  grades: z.array(grade).max(20).nullable().transform(grades => [...new Set(grades ?? [])]).optional(),
})
