import type { Resource, Scope } from '../../src/access/scopes.ts'

// The reviewed tables of what an API key needs. What is not in them and can be reached with a key fails the test.

const read = (...names: string[]) => names.map(name => `roster.${name}:read` as Scope)
const write = (...names: string[]) => names.map(name => `roster.${name}:write` as Scope)

/** Each operation that a key may call takes these, before anything is selected of it. */
export const ofOperations: Readonly<Record<string, readonly Scope[]>> = {
  'query thisApiKey': [],
  'query rateLimit': [],
  'query tenant': [],
  'query tenantPreparationStatus': [],
  'query webhookEventTypes': [],
  'query users': read('users'),
  'query user': read('users'),
  'query classes': read('classes'),
  'query class': read('classes'),
  'query courses': read('courses'),
  'query course': read('courses'),
  'query enrollments': read('enrollments'),
  'query academicSessions': read('academicSessions'),
  'query changes': [],
  'mutation addStudent': write('users'),
  'mutation addStudents': write('users'),
  'mutation addTeacher': write('users'),
  'mutation addTeachers': write('users'),
  'mutation updateUser': write('users'),
  'mutation removeUser': write('users', 'enrollments'),
  'mutation restoreUser': write('users', 'enrollments'),
  'mutation createClass': write('classes'),
  'mutation updateClass': write('classes'),
  'mutation removeClass': write('classes', 'enrollments'),
  'mutation restoreClass': write('classes', 'enrollments'),
  'mutation createCourse': write('courses'),
  'mutation createCourses': write('courses'),
  'mutation updateCourse': write('courses'),
  'mutation removeCourse': write('courses'),
  'mutation restoreCourse': write('courses'),
  'mutation enrol': write('enrollments'),
  'mutation enrolMany': write('enrollments'),
  'mutation withdraw': write('enrollments'),
  'mutation withdrawMany': write('enrollments'),
  'mutation updateEnrollment': write('enrollments'),
  'mutation updateSchoolYear': write('academicSessions'),
  'subscription tenantPreparationStatus': [],
}

/** What only the input tells: these are asked with it, and what they take then. */
export const ofInputs: Readonly<Record<string, { readonly call?: string, readonly takes: readonly Scope[] }>> = {
  'query changes': { call: 'changes(types: [CLASS])', takes: read('classes') },
  // A class without a course brings its own.
  'mutation createClass': { takes: write('courses') },
}

/** Whose rows a type shows; null: of no resource. Pages, their edges and batches show those of their rows. */
export const ofTypes: Readonly<Record<string, Resource | null>> = {
  AcademicSession: 'roster.academicSessions',
  AcademicSessionConnection: 'roster.academicSessions',
  AcademicSessionEdge: 'roster.academicSessions',
  ApiKey: null,
  Class: 'roster.classes',
  ClassConnection: 'roster.classes',
  ClassEdge: 'roster.classes',
  Course: 'roster.courses',
  CourseBatch: null,
  CourseConnection: 'roster.courses',
  CourseEdge: 'roster.courses',
  CourseResult: null,
  DeprecatedUse: null,
  Enrollment: 'roster.enrollments',
  EnrollmentBatch: null,
  EnrollmentConnection: 'roster.enrollments',
  EnrollmentEdge: 'roster.enrollments',
  EnrollmentResult: null,
  ItemError: null,
  ItemFieldError: null,
  LimitAdjustment: null,
  Org: 'roster.orgs',
  PageInfo: null,
  PointsBucket: null,
  PreparationError: null,
  PreparationStep: null,
  RateLimit: null,
  RecordChange: null,
  RecordChangeConnection: null,
  RecordChangeEdge: null,
  Role: 'roster.users',
  RosterRecord: null,
  Tenant: null,
  TenantPreparationStatus: null,
  User: 'roster.users',
  UserBatch: null,
  UserConnection: 'roster.users',
  UserEdge: 'roster.users',
  UserResult: null,
  WebhookEventType: null,
}

/** Fields that tell something of another resource than their type's and the one they lead to. */
export const ofFields: Readonly<Record<string, readonly Scope[]>> = {
  'Course.classCount': read('classes'),
  'Class.studentCount': read('enrollments'),
  'Class.teachers': read('enrollments'),
}

/** Fields that no key may ask for, on types that it may see. */
export const closed: readonly string[] = ['ApiKey.createdAddress', 'ApiKey.createdBy', 'ApiKey.tenant', 'Tenant.operations']
