/** OneRoster 1.2's vocabularies, as they are stored; the check constraints of the tables list the same words. */
export const recordStatuses = ['active', 'tobedeleted'] as const
export type RecordStatus = typeof recordStatuses[number]

export const orgTypes = ['department', 'school', 'district', 'local', 'state', 'national'] as const
export type OrgType = typeof orgTypes[number]

export const academicSessionTypes = ['gradingPeriod', 'semester', 'schoolYear', 'term'] as const
export type AcademicSessionType = typeof academicSessionTypes[number]

export const classTypes = ['homeroom', 'scheduled'] as const
export type ClassType = typeof classTypes[number]

export const roleTypes = ['primary', 'secondary'] as const
export type RoleType = typeof roleTypes[number]

export const rosterRoles = ['aide', 'counselor', 'districtAdministrator', 'guardian', 'parent', 'principal', 'proctor', 'relative', 'siteAdministrator', 'student', 'systemAdministrator', 'teacher'] as const
export type RosterRole = typeof rosterRoles[number]

export const enrollmentRoles = ['administrator', 'proctor', 'student', 'teacher'] as const
export type EnrollmentRole = typeof enrollmentRoles[number]

export const sexes = ['male', 'female', 'unspecified', 'other'] as const

/** The kinds of record that other systems keep copies of. A change of several comes in this order: what is referred to first. */
export const recordTypes = ['org', 'academicSession', 'course', 'class', 'user', 'role', 'enrollment'] as const
export type RecordType = typeof recordTypes[number]

/** The check-list of a new school, in the order it is shown. */
export const setupTasks = ['schoolYear', 'teachers', 'students', 'classes', 'enrollments'] as const
export type SetupTaskKey = typeof setupTasks[number]
