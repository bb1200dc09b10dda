import type { School } from '../harness/school.ts'

interface Names { id: string, givenName: string, familyName: string }
interface Nodes<T> { nodes: T[] }
interface PostgraphileClass { id: string, title: string, courseByCourseId: { id: string, title: string }, enrollmentsByClassId: Nodes<{ isPrimary: boolean, userByUserId: Names }> }
interface PostgraphileUser extends Names { enrollmentsByUserId: Nodes<{ id: string, role: string, classByClassId: PostgraphileClass }> }

const byName = (a: Names, b: Names) => a.familyName.localeCompare(b.familyName) || a.givenName.localeCompare(b.givenName)

/** One read, asked of each server in its own words. */
export interface Question {
  readonly what: string
  readonly value: unknown
  readonly floorPath: string
  readonly ours: string
  readonly postgraphile: string
  /** PostGraphile's answer in our words and order, to see that it holds the same. */
  readonly asOurs: (answer: never) => unknown
  /** Undefined where none was set. */
  readonly targets: { readonly floor: number, readonly postgraphile: number } | undefined
}

export function questions(school: School): Question[] {
  const nestedList: Question = {
    what: 'nested list',
    value: 50,
    floorPath: '/list',
    ours: `query ($value: Int!) {
      users(first: $value, filter: { role: STUDENT }) { nodes {
        id givenName familyName
        enrollments { id role class { id title course { id title } teachers { id givenName familyName } } }
      } }
    }`,
    // In its favour: no filter by role (students come first by name), no order below the first level.
    postgraphile: `query ($value: Int!) {
      allUsers(first: $value, condition: { status: "active" }, orderBy: [FAMILY_NAME_ASC, GIVEN_NAME_ASC]) { nodes {
        id: rowId givenName familyName
        enrollmentsByUserId(condition: { status: "active" }) { nodes {
          id: rowId role
          classByClassId {
            id: rowId title
            courseByCourseId { id: rowId title }
            enrollmentsByClassId(condition: { role: "teacher", status: "active" }) { nodes { isPrimary userByUserId { id: rowId givenName familyName } } }
          }
        } }
      } }
    }`,
    asOurs: ({ data }: { data: { allUsers: Nodes<PostgraphileUser> } }) => ({
      data: { users: { nodes: data.allUsers.nodes.map(({ id, givenName, familyName, enrollmentsByUserId }) => ({
        id,
        givenName,
        familyName,
        enrollments: enrollmentsByUserId.nodes.map(enrollment => ({
          id: enrollment.id,
          role: enrollment.role.toUpperCase(),
          class: {
            id: enrollment.classByClassId.id,
            title: enrollment.classByClassId.title,
            course: enrollment.classByClassId.courseByCourseId,
            teachers: enrollment.classByClassId.enrollmentsByClassId.nodes
              .toSorted((a, b) => Number(b.isPrimary) - Number(a.isPrimary) || byName(a.userByUserId, b.userByUserId))
              .map(place => place.userByUserId),
          },
        })).toSorted((a, b) => a.class.title.localeCompare(b.class.title) || (a.id < b.id ? -1 : 1)),
      })) } },
    }),
    targets: { floor: 0.55, postgraphile: 2 },
  }
  return [nestedList, { ...nestedList, what: 'the same of 100 students', value: 100, targets: undefined }, {
    what: 'single row',
    value: school.studentId,
    floorPath: '/one',
    ours: 'query ($value: ID!) { user(id: $value) { id givenName familyName email grades } }',
    postgraphile: 'query ($value: UUID!) { userByRowId(rowId: $value) { id: rowId givenName familyName email grades } }',
    asOurs: ({ data }: { data: { userByRowId: unknown } }) => ({ data: { user: data.userByRowId } }),
    targets: { floor: 0.42, postgraphile: 1.5 },
  }]
}
