interface List<Node> {
  nodes: Node[]
  edges: { cursor: string, node: Node }[]
  pageInfo: { hasNextPage: boolean, hasPreviousPage: boolean, startCursor: string | null, endCursor: string | null }
  totalCount: number
}

interface Org { id: string, name: string, type: string }
interface Role { role: string, roleType: string, org: Org }
interface Enrollment { id: string, version: number, beginDate: string | null, endDate: string | null, status: string, role: string, primary: boolean, user: Person, class: Group }

export interface Person {
  id: string
  status: string
  version: number
  email: string | null
  grades: string[]
  sourcedId: string
  username: string
  givenName: string
  familyName: string
  identifier: string | null
  roles: Role[]
  enrollments: Enrollment[]
}

export interface Course { id: string, status: string, version: number, title: string, courseCode: string | null, grades: string[], subjects: string[], classCount: number }

export interface Group {
  id: string
  status: string
  version: number
  location: string | null
  sourcedId: string
  title: string
  classCode: string | null
  course: { id: string, title: string }
  terms: Session[]
  studentCount: number
  teachers: Person[]
  enrollments: Enrollment[]
}

export interface Session { id: string, version: number, title: string, startDate: string, endDate: string, schoolYear: number, children: Session[] }

interface Batch<Result> { results: (Result & { index: number, error: { code: string, message: string, fields: { path: string[], code: string, message: string }[] } | null })[] }

export interface Change { type: string, id: string, sourcedId: string, version: number, changeNumber: number, deleted: boolean, record: { __typename: string, id: string, status: string, version: number } & Record<string, unknown> }

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
  courses: List<Course>
  course: Course
  createCourse: Course
  createCourses: Batch<{ course: Course | null }>
  updateCourse: Course
  removeCourse: Course
  restoreCourse: Course
  dashboard: Board
  addStudent: Person
  addTeacher: Person
  createClass: Group
  enrol: Enrollment
  withdraw: Enrollment
  updateEnrollment: Enrollment
  updateUser: Person
  removeUser: Person
  restoreUser: Person
  updateClass: Group
  removeClass: Group
  restoreClass: Group
  enrollments: List<Enrollment>
  academicSessions: List<Session>
  changes: List<Change>
  addStudents: Batch<{ user: Person | null }>
  addTeachers: Batch<{ user: Person | null }>
  enrolMany: Batch<{ enrollment: Enrollment | null }>
  withdrawMany: Batch<{ enrollment: Enrollment | null }>
  updateSchoolYear: Session
}
