import type { ClassOrderField } from './classes.queries.ts'
import type { AcademicSessionType, ClassType, EnrollmentRole, OrgType, RecordStatus, RecordType, RoleType, RosterRole, SetupTaskKey } from './roster.words.ts'
import type { UserOrderField } from './users.queries.ts'
import { registerEnumType } from 'type-graphql'

/** Publishes a stored vocabulary: the name clients see, the word that is stored, and what it means. */
function publish<Word extends string>(name: string, description: string, values: Readonly<Record<string, readonly [Word, string]>>): Record<string, Word> {
  const entries = Object.entries(values)
  const words = Object.fromEntries(entries.map(([key, [word]]) => [key, word]))
  registerEnumType(words, { name, description, valuesConfig: Object.fromEntries(entries.map(([key, [, meaning]]) => [key, { description: meaning }])) })
  return words
}

export const RecordStatusEnum = publish<RecordStatus>('RecordStatus', 'OneRoster\'s record states.', {
  ACTIVE: ['active', 'In use.'],
  TOBEDELETED: ['tobedeleted', 'Removed or withdrawn: a tombstone, kept for a while for whoever keeps copies, and listed only for those who ask.'],
})

export const RecordTypeEnum = publish<RecordType>('RecordType', 'The kinds of record that other systems keep copies of, what is referred to first.', {
  ORG: ['org', 'An organisation: the school itself.'],
  ACADEMIC_SESSION: ['academicSession', 'A school year or a part of one.'],
  COURSE: ['course', 'What is taught.'],
  CLASS: ['class', 'A group of people who meet for a course; when it meets is part of it.'],
  USER: ['user', 'A person.'],
  ROLE: ['role', 'What a person is at an org.'],
  ENROLLMENT: ['enrollment', 'A person\'s place in a class.'],
})

export const OrgTypeEnum = publish<OrgType>('OrgType', 'What kind of organisation it is.', {
  DEPARTMENT: ['department', 'A part of a school.'],
  SCHOOL: ['school', 'A school.'],
  DISTRICT: ['district', 'A group of schools under one administration.'],
  LOCAL: ['local', 'A local authority.'],
  STATE: ['state', 'A state or province.'],
  NATIONAL: ['national', 'A country.'],
})

export const AcademicSessionTypeEnum = publish<AcademicSessionType>('AcademicSessionType', 'How long a stretch of the calendar is.', {
  GRADING_PERIOD: ['gradingPeriod', 'Ends with marks; part of a term.'],
  SEMESTER: ['semester', 'Half of a school year.'],
  SCHOOL_YEAR: ['schoolYear', 'The whole year.'],
  TERM: ['term', 'A part of a school year.'],
})

export const RoleTypeEnum = publish<RoleType>('RoleType', 'Whether a role is a person\'s main one.', {
  PRIMARY: ['primary', 'The main role; one per person and org.'],
  SECONDARY: ['secondary', 'A further role.'],
})

export const RosterRoleEnum = publish<RosterRole>('RosterRole', 'What a person is at an org.', {
  AIDE: ['aide', 'Helps in class.'],
  COUNSELOR: ['counselor', 'Advises students.'],
  DISTRICT_ADMINISTRATOR: ['districtAdministrator', 'Administers a district.'],
  GUARDIAN: ['guardian', 'Answers for a student.'],
  PARENT: ['parent', 'Mother or father of a student.'],
  PRINCIPAL: ['principal', 'Leads the school.'],
  PROCTOR: ['proctor', 'Watches over examinations.'],
  RELATIVE: ['relative', 'Related to a student.'],
  SITE_ADMINISTRATOR: ['siteAdministrator', 'Administers the school.'],
  STUDENT: ['student', 'Learns.'],
  SYSTEM_ADMINISTRATOR: ['systemAdministrator', 'Runs the school\'s systems.'],
  TEACHER: ['teacher', 'Teaches.'],
})

export const EnrollmentRoleEnum = publish<EnrollmentRole>('EnrollmentRole', 'What a person is in a class.', {
  ADMINISTRATOR: ['administrator', 'Administers the class.'],
  PROCTOR: ['proctor', 'Watches over its examinations.'],
  STUDENT: ['student', 'Attends it.'],
  TEACHER: ['teacher', 'Teaches it.'],
})

export const ClassTypeEnum = publish<ClassType>('ClassType', 'How a class meets.', {
  HOMEROOM: ['homeroom', 'The group a student belongs to all day.'],
  SCHEDULED: ['scheduled', 'Meets for a course at set times.'],
})

export const UserOrderFieldEnum = publish<UserOrderField>('UserOrderField', 'What people are ordered by.', {
  FAMILY_NAME: ['familyName', 'Family name, then given name.'],
  GIVEN_NAME: ['givenName', 'Given name, then family name.'],
  IDENTIFIER: ['identifier', 'The school\'s own number; those without one come after those who have one.'],
  DATE_LAST_MODIFIED: ['dateLastModified', 'When the record last changed.'],
})

export const ClassOrderFieldEnum = publish<ClassOrderField>('ClassOrderField', 'What classes are ordered by.', {
  TITLE: ['title', 'Title.'],
  CLASS_CODE: ['classCode', 'Class code; classes without one come after those that have one.'],
  DATE_LAST_MODIFIED: ['dateLastModified', 'When the record last changed.'],
})

export const ChecklistKeyEnum = publish<SetupTaskKey>('ChecklistKey', 'A step of setting up a school.', {
  SCHOOL_YEAR: ['schoolYear', 'Check the dates of the school year.'],
  TEACHERS: ['teachers', 'Add teachers.'],
  STUDENTS: ['students', 'Add students.'],
  CLASSES: ['classes', 'Create classes.'],
  ENROLLMENTS: ['enrollments', 'Enrol students in classes.'],
})
