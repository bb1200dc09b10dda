import { Field, InputType } from 'type-graphql'
import { z } from 'zod'
import { absent, emailAddress, line, optionalLine, refuse } from '../../shared/validate.ts'

@InputType('AddStudentInput', { description: 'A student to add to the school.' })
export class AddStudentInput {
  @Field(() => String, { description: 'First name.' })
  givenName!: string

  @Field(() => String, { description: 'Last name.' })
  familyName!: string

  @Field(() => String, { nullable: true, description: 'The first name the student goes by.' })
  preferredGivenName?: string | null

  @Field(() => String, { nullable: true, description: 'E-mail address; several people may share one.' })
  email?: string | null

  @Field(() => String, { nullable: true, description: 'The school\'s own number; two people in use cannot share one (IDENTIFIER_TAKEN).' })
  identifier?: string | null

  @Field(() => String, { nullable: true, description: 'The grade, as the school writes it.' })
  grade?: string | null
}

@InputType('AddTeacherInput', { description: 'A teacher to add to the school.' })
export class AddTeacherInput {
  @Field(() => String, { description: 'First name.' })
  givenName!: string

  @Field(() => String, { description: 'Last name.' })
  familyName!: string

  @Field(() => String, { nullable: true, description: 'E-mail address; several people may share one.' })
  email?: string | null

  @Field(() => String, { nullable: true, description: 'The school\'s own number; two people in use cannot share one (IDENTIFIER_TAKEN).' })
  identifier?: string | null
}

const person = {
  givenName: line(100),
  familyName: line(100),
  email: absent(emailAddress()),
  identifier: optionalLine(100),
}

/** As the school writes it. */
export const grade = line(20).superRefine((text, context) => {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._/+-]*$/u.test(text) || text.toLowerCase() === 'null')
    refuse(context, [], 'INVALID', 'Write a grade such as 7, 07 or KG.')
})

export const newStudent = z.object({ ...person, preferredGivenName: optionalLine(100), grade: absent(grade) })
export const newTeacher = z.object(person)
