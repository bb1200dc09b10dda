interface List<Node> {
  nodes: Node[]
  edges: { cursor: string, node: Node }[]
  pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }
  totalCount: number
}

interface Org { id: string, name: string, type: string }
interface Role { role: string, roleType: string, org: Org }
interface Enrollment { id: string, status: string, role: string, primary: boolean, user: Person, class: Group }

export interface Person {
  id: string
  sourcedId: string
  username: string
  givenName: string
  familyName: string
  identifier: string | null
  roles: Role[]
  enrollments: Enrollment[]
}

export interface Group {
  id: string
  sourcedId: string
  title: string
  classCode: string | null
  course: { id: string, title: string }
  terms: Session[]
  studentCount: number
  teachers: Person[]
  enrollments: Enrollment[]
}

export interface Session { id: string, title: string, startDate: string, endDate: string, schoolYear: number, children: Session[] }

export interface Board {
  school: Org
  studentCount: number
  teacherCount: number
  classCount: number
  schoolYear: Session | null
  currentTerm: Session | null
  checklist: { key: string, done: boolean }[]
}

/** What the roster answers, as if everything had been asked for. */
export interface RosterAnswer {
  users: List<Person>
  user: Person
  classes: List<Group>
  class: Group
  courses: List<{ id: string, title: string }>
  dashboard: Board
  addStudent: Person
  addTeacher: Person
  createClass: Group
  enrol: Enrollment
  withdraw: Enrollment
  updateSchoolYear: Session
}
