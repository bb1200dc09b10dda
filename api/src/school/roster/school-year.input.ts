import { Field, ID, InputType, Int } from 'type-graphql'
import { z } from 'zod'
import { LocalDate } from '../../access/scalars.ts'
import { line } from '../../shared/validate.ts'

@InputType('TermInput', { description: 'A part of the school year, as it should be.' })
export class TermInput {
  @Field(() => ID, { description: 'Which part.' })
  id!: string

  @Field(() => Int, { nullable: true, description: 'The version that was read, if it has to be that still (CONFLICT).' })
  version?: number | null

  @Field(() => String, { description: 'As people call it.' })
  title!: string

  @Field(() => LocalDate, { description: 'Inclusive.' })
  startDate!: string

  @Field(() => LocalDate, { description: 'Exclusive: the first day after it.' })
  endDate!: string
}

@InputType('UpdateSchoolYearInput', { description: 'A school year and its parts, as they should be.' })
export class UpdateSchoolYearInput {
  @Field(() => ID, { description: 'Which year.' })
  id!: string

  @Field(() => Int, { nullable: true, description: 'The version that was read, if it has to be that still (CONFLICT).' })
  version?: number | null

  @Field(() => String, { description: 'As people call it.' })
  title!: string

  @Field(() => LocalDate, { description: 'Inclusive.' })
  startDate!: string

  @Field(() => LocalDate, { description: 'Exclusive: the first day after it.' })
  endDate!: string

  @Field(() => [TermInput], { description: 'The parts to change; they lie inside the year and do not overlap.' })
  terms!: TermInput[]
}

const part = { id: z.string(), version: z.int().nullish(), title: line(100), startDate: z.iso.date(), endDate: z.iso.date() }

export const schoolYearChange = z.object({ ...part, terms: z.array(z.object(part)).max(20) })
