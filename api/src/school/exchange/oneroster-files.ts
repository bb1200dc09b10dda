/** What a cell holds: an id or a word of OneRoster's as it is, text of people's, or a list of either. */
export type CellKind = 'plain' | 'text' | 'list' | 'plainList'

/** A column of a file, and the SQL for it; without one it is always empty. */
export interface FileColumn { readonly name: string, readonly kind: CellKind, readonly value?: string }

/** One OneRoster file: which rows it has, told apart by `key`, and its columns in the order that the standard wants. */
export interface OneRosterFile {
  readonly name: string
  readonly from: string
  readonly key: string
  readonly metadata: string
  readonly columns: readonly FileColumn[]
}

const plain = (name: string, value: string): FileColumn => ({ name, kind: 'plain', value })
const text = (name: string, value: string): FileColumn => ({ name, kind: 'text', value })
const list = (name: string, value: string): FileColumn => ({ name, kind: 'list', value })
const empty = (name: string): FileColumn => ({ name, kind: 'plain' })
const day = (name: string, value: string) => plain(name, `to_char(${value}, 'YYYY-MM-DD')`)
const flag = (name: string, value: string) => plain(name, `(${value})::text`)

/** Every file begins so; in a bulk file status and date must be empty, since each row is there as it is now. */
const record = (alias: string): readonly FileColumn[] => [plain('sourcedId', `${alias}.sourced_id`), empty('status'), empty('dateLastModified')]
const active = (...aliases: string[]) => aliases.map(alias => `${alias}.status = 'active'`).join(' and ')

// A bulk file has nothing that was deleted, and nothing that refers to what is not there: with a row go those that need it.
const courses = `course c join org o on o.id = c.org_id and ${active('o')}`
const classes = `class k join course c on c.id = k.course_id and ${active('c')} join org co on co.id = c.org_id and ${active('co')} join org o on o.id = k.school_id and ${active('o')}`
const hasTerms = `exists (select from class_term t join academic_session s on s.id = t.academic_session_id and ${active('s')} where t.class_id = k.id)`

/** What of a school OneRoster 1.2 knows. A file's key is a uuid. */
export const oneRosterFiles: readonly OneRosterFile[] = [
  {
    name: 'orgs',
    from: `org o left join org p on p.id = o.parent_id and ${active('p')} where ${active('o')}`,
    key: 'o.id',
    metadata: 'o.metadata',
    columns: [...record('o'), text('name', 'o.name'), plain('type', 'o.type'), text('identifier', 'o.identifier'), plain('parentSourcedId', 'p.sourced_id')],
  },
  {
    name: 'academicSessions',
    from: `academic_session s left join academic_session p on p.id = s.parent_id and ${active('p')} where ${active('s')}`,
    key: 's.id',
    metadata: 's.metadata',
    columns: [...record('s'), text('title', 's.title'), plain('type', 's.type'), day('startDate', 's.start_date'), day('endDate', 's.end_date'), plain('parentSourcedId', 'p.sourced_id'), plain('schoolYear', 's.school_year::text')],
  },
  {
    name: 'courses',
    from: `${courses} left join academic_session y on y.id = c.school_year_id and ${active('y')} where ${active('c')}`,
    key: 'c.id',
    metadata: 'c.metadata',
    columns: [...record('c'), plain('schoolYearSourcedId', 'y.sourced_id'), text('title', 'c.title'), text('courseCode', 'c.course_code'), list('grades', 'c.grades'), plain('orgSourcedId', 'o.sourced_id'), list('subjects', 'c.subjects'), list('subjectCodes', 'c.subject_codes')],
  },
  {
    name: 'classes',
    from: `${classes} where ${active('k')} and ${hasTerms}`,
    key: 'k.id',
    metadata: 'k.metadata',
    columns: [
      ...record('k'),
      text('title', 'k.title'),
      list('grades', 'k.grades'),
      plain('courseSourcedId', 'c.sourced_id'),
      text('classCode', 'k.class_code'),
      plain('classType', 'k.class_type'),
      text('location', 'k.location'),
      plain('schoolSourcedId', 'o.sourced_id'),
      { name: 'termSourcedIds', kind: 'plainList', value: `array(select s.sourced_id from class_term t join academic_session s on s.id = t.academic_session_id and ${active('s')} where t.class_id = k.id order by s.start_date, s.sourced_id)` },
      list('subjects', 'k.subjects'),
      list('subjectCodes', 'k.subject_codes'),
      list('periods', 'k.periods'),
    ],
  },
  {
    name: 'users',
    from: `"user" u left join org o on o.id = u.primary_org_id and ${active('o')} where ${active('u')}`,
    key: 'u.id',
    metadata: 'u.metadata',
    columns: [
      ...record('u'),
      flag('enabledUser', 'u.enabled_user'),
      text('username', 'u.username'),
      list('userIds', 'u.user_ids'),
      text('givenName', 'u.given_name'),
      text('familyName', 'u.family_name'),
      text('middleName', 'u.middle_name'),
      text('identifier', 'u.identifier'),
      text('email', 'u.email'),
      text('sms', 'u.sms'),
      text('phone', 'u.phone'),
      empty('agentSourcedIds'),
      list('grades', 'u.grades'),
      // Nobody's password is ever in a file.
      empty('password'),
      text('userMasterIdentifier', 'u.user_master_identifier'),
      text('preferredGivenName', 'u.preferred_given_name'),
      text('preferredMiddleName', 'u.preferred_middle_name'),
      text('preferredFamilyName', 'u.preferred_family_name'),
      plain('primaryOrgSourcedId', 'o.sourced_id'),
      text('pronouns', 'u.pronouns'),
    ],
  },
  {
    name: 'roles',
    from: `role r join "user" u on u.id = r.user_id join org o on o.id = r.org_id where ${active('r', 'u', 'o')}`,
    key: 'r.id',
    metadata: 'r.metadata',
    columns: [...record('r'), plain('userSourcedId', 'u.sourced_id'), plain('roleType', 'r.role_type'), plain('role', 'r.role'), day('beginDate', 'r.begin_date'), day('endDate', 'r.end_date'), plain('orgSourcedId', 'o.sourced_id'), empty('userProfileSourcedId')],
  },
  {
    name: 'enrollments',
    from: `enrollment e join "user" u on u.id = e.user_id join ${classes.replace('class k', 'class k on k.id = e.class_id')} where ${active('e', 'u', 'k')} and ${hasTerms}`,
    key: 'e.id',
    metadata: 'e.metadata',
    columns: [...record('e'), plain('classSourcedId', 'k.sourced_id'), plain('schoolSourcedId', 'o.sourced_id'), plain('userSourcedId', 'u.sourced_id'), plain('role', 'e.role'), flag('primary', 'case when e.role = \'teacher\' then e.is_primary end'), day('beginDate', 'e.begin_date'), day('endDate', 'e.end_date')],
  },
  {
    name: 'demographics',
    from: `demographics d join "user" u on u.id = d.user_id where ${active('d', 'u')}`,
    key: 'd.user_id',
    metadata: 'd.metadata',
    columns: [
      ...record('d'),
      day('birthDate', 'd.birth_date'),
      plain('sex', 'd.sex'),
      flag('americanIndianOrAlaskaNative', 'd.american_indian_or_alaska_native'),
      flag('asian', 'd.asian'),
      flag('blackOrAfricanAmerican', 'd.black_or_african_american'),
      flag('nativeHawaiianOrOtherPacificIslander', 'd.native_hawaiian_or_other_pacific_islander'),
      flag('white', 'd.white'),
      flag('demographicRaceTwoOrMoreRaces', 'd.demographic_race_two_or_more_races'),
      flag('hispanicOrLatinoEthnicity', 'd.hispanic_or_latino_ethnicity'),
      text('countryOfBirthCode', 'd.country_of_birth_code'),
      text('stateOfBirthAbbreviation', 'd.state_of_birth_abbreviation'),
      text('cityOfBirth', 'd.city_of_birth'),
      text('publicSchoolResidenceStatus', 'd.public_school_residence_status'),
    ],
  },
]

/** Every data file that a manifest must speak of, in the standard's order. */
export const manifestFiles = [
  'academicSessions',
  'categories',
  'classes',
  'classResources',
  'courses',
  'courseResources',
  'demographics',
  'enrollments',
  'lineItemLearningObjectiveIds',
  'lineItems',
  'lineItemScoreScales',
  'orgs',
  'resources',
  'resultLearningObjectiveIds',
  'results',
  'resultScoreScales',
  'roles',
  'scoreScales',
  'userProfiles',
  'userResources',
  'users',
] as const

/** What is in the archive, as the standard has it said. */
export function manifest(present: readonly string[]): string[][] {
  return [
    ['propertyName', 'value'],
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...manifestFiles.map(name => [`file.${name}`, present.includes(name) ? 'bulk' : 'absent']),
    ['source.systemName', 'Homeroom'],
  ]
}
