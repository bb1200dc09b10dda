import type { SchoolDb } from '../../database/school-db.ts'
import type { RecordChange } from '../../shared/trail.ts'
import type { UpdateUserInput } from './people-changes.input.ts'
import { parseInput } from '../../shared/validate.ts'
import { Demographics } from './demographics.entity.ts'
import { found, knownId } from './known-id.ts'
import { personChange } from './people-changes.input.ts'
import { activeEnrollments, lostEnrollments, refuseFull, remove, restore } from './removal.ts'
import { refuseStale, store } from './roster.errors.ts'
import { Role, User } from './user.entity.ts'
import { rolesByUser, usersById } from './users.queries.ts'

/** Changes people's records, takes them off the roster and brings them back. */
export class PeopleChangesService {
  async update(db: SchoolDb, input: UpdateUserInput) {
    const { id, version, ...change } = parseInput(personChange, input)
    const user = found(await db.em.findOne(User, { id: knownId(id, 'The person'), status: 'active' }), 'The person')
    refuseStale(user, version)
    db.em.assign(user, change, { ignoreUndefined: true })
    return this.#store(db, user)
  }

  /** With the person go their roles, their places in classes and what is known of them besides. Removing twice is removing once. */
  async remove(db: SchoolDb, id: string, version: number) {
    const user = await this.#find(db, id)
    if (user.status === 'active') {
      refuseStale(user, version)
      remove(user, [...await db.em.find(Role, { user, status: 'active' }), ...await activeEnrollments(db, { user: user.id }), ...await db.em.find(Demographics, { userId: user.id, status: 'active' })])
    }
    return this.#store(db, user)
  }

  /** Places in classes come back as far as the classes are still there. */
  async restore(db: SchoolDb, id: string) {
    const user = await this.#find(db, id)
    if (user.status === 'tobedeleted') {
      const places = await lostEnrollments(db, { user: user.id }, user.changed)
      await refuseFull(db, places, 'id')
      restore(user, [...await db.em.find(Role, { user }), ...places, ...await db.em.find(Demographics, { userId: user.id })])
    }
    return this.#store(db, user)
  }

  async #find(db: SchoolDb, id: string): Promise<User> {
    return found(await db.em.findOne(User, { id: knownId(id, 'The person') }), 'The person')
  }

  async #store(db: SchoolDb, user: User) {
    const changes = await store(db)
    const answer = found((await usersById(db, [user.id]))[0], 'The person')
    return { answer, changes: await withRoles(db, changes) }
  }
}

/** Whoever hears of a person wants to know whether it is a student. */
async function withRoles(db: SchoolDb, changes: readonly RecordChange[]): Promise<RecordChange[]> {
  const bare = changes.filter(({ subject, details }) => subject.type === 'user' && details?.role === undefined)
  if (bare.length === 0)
    return [...changes]
  const roles = await rolesByUser(db, bare.map(({ subject }) => subject.id))
  return changes.map((change) => {
    const [role] = roles[bare.indexOf(change)] ?? []
    return role ? { ...change, details: { ...change.details, role: role.role } } : change
  })
}
