import type { SchoolDb } from '../../database/school-db.ts'
import type { Item } from './batch.ts'
import type { AddStudentInput, AddTeacherInput } from './people.input.ts'
import type { RosterTables } from './roster.tables.ts'
import type { RosterRole } from './roster.words.ts'
import { parseInput } from '../../shared/validate.ts'
import { each, only, refuseWrongSize, resultsOf, values } from './batch.ts'
import { found } from './known-id.ts'
import { Org } from './org.entity.ts'
import { newStudent, newTeacher } from './people.input.ts'
import { identifierTaken, store } from './roster.errors.ts'
import { readSchool } from './school.queries.ts'
import { Role, User } from './user.entity.ts'
import { chooseUsernames } from './usernames.ts'
import { usersById } from './users.queries.ts'

interface NewPerson {
  readonly givenName: string
  readonly familyName: string
  readonly preferredGivenName?: string | null
  readonly email: string | null
  readonly identifier: string | null
  readonly grades: string[]
}

/** Adds people to a school. */
export class PeopleService {
  async addStudent(db: SchoolDb, input: AddStudentInput) {
    const { items, changes } = await this.#add(db, [{ value: student(input) }], 'student')
    return { answer: only(items), changes }
  }

  async addTeacher(db: SchoolDb, input: AddTeacherInput) {
    const { items, changes } = await this.#add(db, [{ value: teacher(input) }], 'teacher')
    return { answer: only(items), changes }
  }

  async addStudents(db: SchoolDb, inputs: readonly AddStudentInput[]) {
    refuseWrongSize(inputs, 'inputs')
    const { items, changes } = await this.#add(db, each(inputs.map(value => ({ value })), student), 'student')
    return { answer: { results: resultsOf(items) }, changes }
  }

  async addTeachers(db: SchoolDb, inputs: readonly AddTeacherInput[]) {
    refuseWrongSize(inputs, 'inputs')
    const { items, changes } = await this.#add(db, each(inputs.map(value => ({ value })), teacher), 'teacher')
    return { answer: { results: resultsOf(items) }, changes }
  }

  /** All that can be added at once: the same few statements, however many they are. */
  async #add(db: SchoolDb, people: readonly Item<NewPerson>[], role: RosterRole) {
    const free = await refuseTaken(db, people)
    const school = await readSchool(db)
    const org = db.em.getReference(Org, school.id)
    const usernames = await chooseUsernames(db, values(free))
    const users = each(free, (person) => {
      const user = db.em.create(User, { ...person, username: usernames.shift()!, primaryOrg: org })
      db.em.create(Role, { user, org, role, roleType: 'primary' })
      return user
    })
    const changes = await store(db)
    const rows = await usersById(db, values(users).map(({ id }) => id))
    return { items: each(users, () => found(rows.shift(), 'The person')), changes }
  }
}

function student(input: AddStudentInput): NewPerson {
  const { grade, ...person } = parseInput(newStudent, input)
  return { ...person, grades: grade === null ? [] : [grade] }
}

function teacher(input: AddTeacherInput): NewPerson {
  return { ...parseInput(newTeacher, input), grades: [] }
}

/** Of two in a batch with one number the first gets it. */
async function refuseTaken(db: SchoolDb, people: readonly Item<NewPerson>[]): Promise<Item<NewPerson>[]> {
  const wanted = values(people).flatMap(({ identifier }) => identifier ?? [])
  const rows = wanted.length === 0
    ? []
    : await db.rows<RosterTables>().selectFrom('user').select('identifier').where('status', '=', 'active').where('identifier', 'in', wanted).execute()
  const taken = new Set(rows.map(row => row.identifier))
  return each(people, (person) => {
    if (person.identifier !== null && taken.has(person.identifier))
      throw identifierTaken()
    taken.add(person.identifier)
    return person
  })
}
