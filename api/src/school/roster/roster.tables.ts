import type { Generated, Kysely } from 'kysely'
import type { AcademicSessionType, ClassType, EnrollmentRole, OrgType, RecordStatus, RoleType, RosterRole, SetupTaskKey } from './roster.words.ts'

interface RecordColumns {
  id: string
  sourced_id: string
  status: RecordStatus
  date_last_modified: Generated<Date>
  version: Generated<number>
  changed: Generated<number>
}

/** The columns that lists read, for Kysely. Dates are text, YYYY-MM-DD. */
export interface RosterTables {
  org: RecordColumns & { name: string, type: OrgType, identifier: string | null, parent_id: string | null, time_zone: string | null }
  academic_session: RecordColumns & { title: string, type: AcademicSessionType, start_date: string, end_date: string, school_year: number, parent_id: string | null }
  course: RecordColumns & { title: string, course_code: string | null, grades: string[], subjects: string[], org_id: string, search_text: string }
  class: RecordColumns & { title: string, class_code: string | null, class_type: ClassType, location: string | null, grades: string[], course_id: string, school_id: string, search_text: string }
  class_term: { class_id: string, academic_session_id: string }
  user: RecordColumns & {
    enabled_user: boolean
    username: string
    given_name: string
    family_name: string
    middle_name: string | null
    preferred_given_name: string | null
    preferred_family_name: string | null
    pronouns: string | null
    identifier: string | null
    email: string | null
    phone: string | null
    grades: string[]
    search_text: string
  }
  role: RecordColumns & { user_id: string, org_id: string, role: RosterRole, role_type: RoleType, begin_date: string | null, end_date: string | null }
  enrollment: RecordColumns & { class_id: string, user_id: string, role: EnrollmentRole, is_primary: boolean, begin_date: string | null, end_date: string | null }
  setup_task: { key: SetupTaskKey, completed_at: Date | null }
}

/** Where queries of the roster begin. */
export type RosterRows = Kysely<RosterTables>
