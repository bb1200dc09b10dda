import type { RequestContext } from '../../access/request-context.ts'
import type { Batch } from '../../access/school-door.ts'
import type { Resource } from '../../access/scopes.ts'
import type { RecordType } from './roster.words.ts'
import { Args, Authorized, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql'
import { ForKeys, requireScope } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { ChangesArgs, RecordChangeConnection, RecordChangeType } from './change.type.ts'
import { changesPage, typesOf } from './changes.queries.ts'
import { classesById } from './classes.queries.ts'
import { coursesById } from './courses.queries.ts'
import { enrollmentsById } from './enrollments.queries.ts'
import { found } from './known-id.ts'
import { recordNames, RosterRecordType } from './roster-record.type.ts'
import { sessionsById } from './sessions.queries.ts'
import { orgsById, rolesById, usersById } from './users.queries.ts'

const resources: Readonly<Record<RecordType, Resource>> = { org: 'roster.orgs', academicSession: 'roster.academicSessions', course: 'roster.courses', class: 'roster.classes', user: 'roster.users', role: 'roster.users', enrollment: 'roster.enrollments' }

/** Of whatever status: a tombstone is a record too. */
const byId: Readonly<Record<RecordType, Batch<string, object | undefined>>> = {
  org: orgsById,
  academicSession: sessionsById,
  course: coursesById,
  class: classesById,
  user: usersById,
  role: rolesById,
  enrollment: enrollmentsById,
}

@Resolver(() => RecordChangeType)
export class ChangesResolver {
  // What it tells is of the types that are asked for: each takes its own scope.
  @ForKeys()
  @Authorized('roster:read')
  @Query(() => RecordChangeConnection, { description: 'The school\'s records in the order of their last change: who goes on from `pageInfo.endCursor` (never null here) keeps a copy in step, and misses nothing. A record that changes while a client is on its way comes again, later.' })
  changes(@Args(() => ChangesArgs) list: ChangesArgs, @Ctx() context: RequestContext) {
    for (const type of typesOf(list))
      requireScope(context.principal, `${resources[type]}:read`, `changes of ${recordNames[type]}`)
    return inSchool(context).read(db => changesPage(db, list))
  }

  @FieldResolver(() => RosterRecordType, { description: 'The record itself; also of a tombstone, for as long as that is kept.' })
  async record(@Root() { type, id }: RecordChangeType, @Ctx() context: RequestContext) {
    return { ...found(await inSchool(context).load(byId[type], id), 'The record'), recordType: type }
  }
}

@Resolver(() => RecordChangeConnection)
export class RecordChangeConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many changes come after `after`.' })
  totalCount(@Root() page: Awaited<ReturnType<typeof changesPage>>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
