import type { RequestContext } from '../../access/request-context.ts'
import type { Page } from '../../database/keyset.ts'
import type { PeopleChangesService } from './people-changes.service.ts'
import type { PeopleService } from './people.service.ts'
import { Arg, Args, Authorized, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import { ForKeys } from '../../access/for-keys.ts'
import { inSchool } from '../../access/request-context.ts'
import { EnrollmentType } from './enrollment.type.ts'
import { enrollmentsByUser } from './enrollments.queries.ts'
import { found, knownId } from './known-id.ts'
import { UsersArgs } from './lists.input.ts'
import { OrgType } from './org.type.ts'
import { UpdateUserInput } from './people-changes.input.ts'
import { AddStudentInput, AddTeacherInput } from './people.input.ts'
import { RoleType, UserBatch, UserConnection, UserType } from './user.type.ts'
import { orgsById, rolesByUser, usersById, usersPage } from './users.queries.ts'

@Resolver(() => UserType)
export class PeopleResolver {
  constructor(private readonly people: PeopleService, private readonly changes: PeopleChangesService) {}

  @ForKeys('roster.users:read')
  @Authorized('roster:read')
  @Query(() => UserConnection, { description: 'People of the school, by family name unless ordered otherwise.' })
  users(@Args(() => UsersArgs) list: UsersArgs, @Ctx() context: RequestContext) {
    return inSchool(context).read(db => usersPage(db, list))
  }

  @ForKeys('roster.users:read')
  @Authorized('roster:read')
  @Query(() => UserType, { description: 'One person in use; NOT_FOUND otherwise.' })
  async user(@Arg('id', () => ID, { description: 'Of the person.' }) id: string, @Ctx() context: RequestContext) {
    const user = await inSchool(context).load(usersById, knownId(id, 'The person'))
    return found(user?.status === 'active' ? user : undefined, 'The person')
  }

  @ForKeys('roster.users:write')
  @Authorized('roster:write')
  @Mutation(() => UserType, { description: 'Adds a student, with a username of their own.' })
  addStudent(@Arg('input', () => AddStudentInput, { description: 'The student.' }) input: AddStudentInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.people.addStudent(db, input))
  }

  @ForKeys('roster.users:write')
  @Authorized('roster:write')
  @Mutation(() => UserType, { description: 'Adds a teacher, with a username of their own.' })
  addTeacher(@Arg('input', () => AddTeacherInput, { description: 'The teacher.' }) input: AddTeacherInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.people.addTeacher(db, input))
  }

  @ForKeys('roster.users:write')
  @Authorized('roster:write')
  @Mutation(() => UserBatch, { description: 'Adds up to 100 students. Those that cannot be added do not keep the others from it.' })
  addStudents(@Arg('inputs', () => [AddStudentInput], { description: 'The students: 1 to 100.' }) inputs: AddStudentInput[], @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.people.addStudents(db, inputs))
  }

  @ForKeys('roster.users:write')
  @Authorized('roster:write')
  @Mutation(() => UserBatch, { description: 'Adds up to 100 teachers. Those that cannot be added do not keep the others from it.' })
  addTeachers(@Arg('inputs', () => [AddTeacherInput], { description: 'The teachers: 1 to 100.' }) inputs: AddTeacherInput[], @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.people.addTeachers(db, inputs))
  }

  @ForKeys('roster.users:write')
  @Authorized('roster:write')
  @Mutation(() => UserType, { description: 'Changes a person\'s record.' })
  updateUser(@Arg('input', () => UpdateUserInput, { description: 'The person, and what to change.' }) input: UpdateUserInput, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.changes.update(db, input))
  }

  @ForKeys('roster.users:write', 'roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => UserType, { description: 'Takes a person off the roster, with roles and places in classes. Answers the tombstone; restoreUser undoes it for as long as that is kept. The username stays taken for ever.' })
  removeUser(
    @Arg('id', () => ID, { description: 'Of the person.' }) id: string,
    @Arg('version', () => Int, { description: 'The version that was read: CONFLICT where it is no longer that.' }) version: number,
    @Ctx() context: RequestContext,
  ) {
    return inSchool(context).write(db => this.changes.remove(db, id, version))
  }

  @ForKeys('roster.users:write', 'roster.enrollments:write')
  @Authorized('roster:write')
  @Mutation(() => UserType, { description: 'Brings a removed person back, with the roles and the places in classes that went in the same change. IDENTIFIER_TAKEN where somebody else has got the number.' })
  restoreUser(@Arg('id', () => ID, { description: 'Of the person.' }) id: string, @Ctx() context: RequestContext) {
    return inSchool(context).write(db => this.changes.restore(db, id))
  }

  @FieldResolver(() => [RoleType], { description: 'What the person is, the main role first.' })
  roles(@Root() user: UserType, @Ctx() context: RequestContext) {
    return inSchool(context).load(rolesByUser, user.id)
  }

  @FieldResolver(() => [EnrollmentType], { description: 'The classes the person is in, by title; at most 100.' })
  enrollments(@Root() user: UserType, @Ctx() context: RequestContext) {
    return inSchool(context).load(enrollmentsByUser, user.id)
  }
}

@Resolver(() => RoleType)
export class RoleResolver {
  @FieldResolver(() => OrgType, { description: 'Where the person has the role.' })
  async org(@Root() role: RoleType, @Ctx() context: RequestContext) {
    return found(await inSchool(context).load(orgsById, role.orgId), 'The org')
  }
}

@Resolver(() => UserConnection)
export class UserConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many people the filter lets through.' })
  totalCount(@Root() page: Page<UserType>, @Ctx() context: RequestContext) {
    return inSchool(context).read(() => page.count())
  }
}
