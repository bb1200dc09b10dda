import type { SchoolDb } from '../../database/school-db.ts'
import type { AddStudentInput, AddTeacherInput } from './people.input.ts'
import type { RosterTables } from './roster.tables.ts'
import type { RosterRole } from './roster.words.ts'
import { sql } from 'kysely'
import { parseInput } from '../../shared/validate.ts'
import { found } from './known-id.ts'
import { Org } from './org.entity.ts'
import { newStudent, newTeacher } from './people.input.ts'
import { store } from './roster.errors.ts'
import { readSchool } from './school.queries.ts'
import { Role, User } from './user.entity.ts'
import { freeUsername, usernameStem } from './username.ts'
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
  addStudent(db: SchoolDb, input: AddStudentInput) {
    const { grade, ...person } = parseInput(newStudent, input)
    return this.#add(db, { ...person, grades: grade === null ? [] : [grade] }, 'student')
  }

  addTeacher(db: SchoolDb, input: AddTeacherInput) {
    return this.#add(db, { ...parseInput(newTeacher, input), grades: [] }, 'teacher')
  }

  async #add(db: SchoolDb, person: NewPerson, role: RosterRole) {
    const school = await readSchool(db)
    const org = db.em.getReference(Org, school.id)
    const user = db.em.create(User, { ...person, username: await chooseUsername(db, person), primaryOrg: org })
    db.em.create(Role, { user, org, role, roleType: 'primary' })
    const changes = await store(db)
    return { answer: found((await usersById(db, [user.id]))[0], 'The person'), changes }
  }
}

/** Usernames stay taken when people leave: an account elsewhere must never pass to somebody else. */
async function chooseUsername(db: SchoolDb, person: NewPerson): Promise<string> {
  const stem = usernameStem(person.givenName, person.familyName)
  const username = sql<string>`lower(${sql.ref('username')})`
  const rows = await db.rows<RosterTables>()
    .selectFrom('user')
    .select(username.as('username'))
    .where(eb => eb.or([
      eb(username, '=', person.email?.toLowerCase() ?? stem),
      eb(username, '=', stem),
      eb(username, 'like', `${stem.replace(/[\\%_]/g, '\\$&')}.%`),
    ]))
    .execute()
  return freeUsername(person.email, stem, new Set(rows.map(row => row.username)))
}
