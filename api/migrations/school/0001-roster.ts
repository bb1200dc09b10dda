import type { SchoolMigration } from './migration.ts'
import { byLanguage, folded, line, recordColumns } from './migration.ts'

const period = 'check (begin_date is null or end_date is null or begin_date < end_date)'
// Subject codes are optional, but where there are any, one belongs to each subject.
const subjects = `
    subjects text[] not null default '{}',
    subject_codes text[] not null default '{}' check (cardinality(subject_codes) in (0, cardinality(subjects)))`

/** Who is at the school and what they attend, in OneRoster's words. Ends are exclusive, as there. */
export const roster: SchoolMigration = {
  version: 1,
  name: 'roster',
  worksWith: 1,
  tables: ['org', 'academic_session', 'course', 'class', 'class_term', 'user', 'role', 'enrollment', 'demographics', 'setup_task'],
  statements: [
    `create table schema_migration (
    version int primary key,
    name text not null,
    applied_at timestamptz not null default now())`,

    // The time zone is the school's own: what "today" means is asked here, never of the platform.
    `create table org (${recordColumns},
    name text not null ${line('name', 200)},
    type text not null check (type in ('department', 'school', 'district', 'local', 'state', 'national')),
    identifier text ${line('identifier', 100)},
    parent_id uuid references org (id) check (parent_id <> id),
    time_zone text)`,
    `create index org_parent on org (parent_id)`,

    // A part of a year belongs to that year's number: the pair (id, school_year) is what children refer to.
    `create table academic_session (${recordColumns},
    title text ${byLanguage} not null ${line('title', 100)},
    type text not null check (type in ('gradingPeriod', 'semester', 'schoolYear', 'term')),
    start_date date not null,
    end_date date not null,
    school_year int not null check (school_year between 1900 and 2300),
    parent_id uuid check (parent_id <> id),
    constraint academic_session_id_school_year_unique unique (id, school_year),
    constraint academic_session_parent_of_same_year foreign key (parent_id, school_year)
      references academic_session (id, school_year) on update cascade,
    constraint academic_session_starts_before_end check (start_date < end_date),
    constraint academic_session_year_has_no_parent check (type <> 'schoolYear' or parent_id is null),
    constraint academic_session_year_of_its_end check (type <> 'schoolYear' or school_year = extract(year from end_date - 1)))`,
    `create index academic_session_parent on academic_session (parent_id, start_date)`,
    `create index academic_session_type_dates on academic_session (type, start_date, end_date) where status = 'active'`,

    `create table course (${recordColumns},
    title text ${byLanguage} not null ${line('title', 200)},
    course_code text ${line('course_code', 50)},
    grades text[] not null default '{}',${subjects},
    org_id uuid not null references org (id),
    school_year_id uuid references academic_session (id),
    search_text text collate "C" not null generated always as (${folded(`title || ' ' || coalesce(course_code, '')`)}) stored)`,
    `create unique index course_code_unique on course (course_code) where status = 'active'`,
    `create index course_title on course (title, id) where status = 'active'`,
    `create index course_org on course (org_id)`,
    `create index course_school_year on course (school_year_id) where school_year_id is not null`,

    `create table class (${recordColumns},
    title text ${byLanguage} not null ${line('title', 200)},
    class_code text ${line('class_code', 50)},
    class_type text not null default 'scheduled' check (class_type in ('homeroom', 'scheduled')),
    location text ${line('location', 100)},
    grades text[] not null default '{}',${subjects},
    periods text[] not null default '{}',
    course_id uuid not null references course (id),
    school_id uuid not null references org (id),
    search_text text collate "C" not null generated always as (${folded(`title || ' ' || coalesce(class_code, '') || ' ' || coalesce(location, '')`)}) stored)`,
    `create unique index class_code_unique on class (class_code) where status = 'active'`,
    `create index class_title on class (title, id) where status = 'active'`,
    `create index class_course on class (course_id)`,
    `create index class_school on class (school_id)`,

    `create table class_term (
    class_id uuid not null references class (id) on delete cascade,
    academic_session_id uuid not null references academic_session (id),
    primary key (class_id, academic_session_id))`,
    `create index class_term_academic_session on class_term (academic_session_id)`,

    `create table "user" (${recordColumns},
    enabled_user boolean not null default true,
    username text not null ${line('username', 255)},
    user_ids text[] not null default '{}',
    given_name text ${byLanguage} not null ${line('given_name', 100)},
    family_name text ${byLanguage} not null ${line('family_name', 100)},
    middle_name text ${byLanguage} ${line('middle_name', 100)},
    preferred_given_name text ${byLanguage} ${line('preferred_given_name', 100)},
    preferred_middle_name text ${byLanguage} ${line('preferred_middle_name', 100)},
    preferred_family_name text ${byLanguage} ${line('preferred_family_name', 100)},
    identifier text ${byLanguage} ${line('identifier', 100)},
    email text ${line('email', 254)},
    sms text ${line('sms', 50)},
    phone text ${line('phone', 50)},
    grades text[] not null default '{}',
    pronouns text ${line('pronouns', 50)},
    user_master_identifier text ${line('user_master_identifier', 255)},
    primary_org_id uuid references org (id),
    search_text text collate "C" not null generated always as (${folded(`given_name || ' ' || family_name
      || ' ' || coalesce(preferred_given_name, '') || ' ' || coalesce(preferred_family_name, '')
      || ' ' || coalesce(email, '') || ' ' || coalesce(identifier, '')`)}) stored,
    constraint user_id_sourced_id_unique unique (id, sourced_id))`,
    `create unique index user_username_unique on "user" (lower(username))`,
    `create unique index user_identifier_unique on "user" (identifier) where status = 'active'`,
    // The people list pages by these keys, in this collation.
    `create index user_family_name on "user" (family_name, given_name, id) where status = 'active'`,
    `create index user_given_name on "user" (given_name, family_name, id) where status = 'active'`,
    `create index user_primary_org on "user" (primary_org_id) where primary_org_id is not null`,

    `create table role (${recordColumns},
    user_id uuid not null references "user" (id) on delete cascade,
    org_id uuid not null references org (id),
    role text not null check (role in ('aide', 'counselor', 'districtAdministrator', 'guardian', 'parent', 'principal', 'proctor',
      'relative', 'siteAdministrator', 'student', 'systemAdministrator', 'teacher')),
    role_type text not null check (role_type in ('primary', 'secondary')),
    begin_date date,
    end_date date,
    ${period})`,
    `create unique index role_one_primary on role (user_id, org_id) where role_type = 'primary' and status = 'active'`,
    `create unique index role_unique on role (user_id, org_id, role) where status = 'active'`,
    `create index role_user on role (user_id, role)`,
    `create index role_org on role (org_id, role)`,

    `create table enrollment (${recordColumns},
    class_id uuid not null references class (id) on delete cascade,
    user_id uuid not null references "user" (id) on delete cascade,
    role text not null check (role in ('administrator', 'proctor', 'student', 'teacher')),
    is_primary boolean not null default false,
    begin_date date,
    end_date date,
    ${period},
    constraint enrollment_primary_is_a_teacher check (not is_primary or role = 'teacher'))`,
    // One way to be in a class at a time; those who left stay on record beside it.
    `create unique index enrollment_unique on enrollment (class_id, user_id, role) where status = 'active'`,
    `create index enrollment_class on enrollment (class_id, role)`,
    `create index enrollment_user on enrollment (user_id, class_id)`,

    // OneRoster gives a person's demographics the person's own sourced_id: the pair of keys keeps it so.
    `create table demographics (
    user_id uuid primary key,
    sourced_id text not null,
    status text not null default 'active' check (status in ('active', 'tobedeleted')),
    date_last_modified timestamptz not null default now(),
    metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
    birth_date date check (birth_date >= '1800-01-01'),
    sex text check (sex in ('male', 'female', 'unspecified', 'other')),
    american_indian_or_alaska_native boolean,
    asian boolean,
    black_or_african_american boolean,
    native_hawaiian_or_other_pacific_islander boolean,
    white boolean,
    demographic_race_two_or_more_races boolean,
    hispanic_or_latino_ethnicity boolean,
    country_of_birth_code text,
    state_of_birth_abbreviation text,
    city_of_birth text,
    public_school_residence_status text,
    constraint demographics_of_user foreign key (user_id, sourced_id)
      references "user" (id, sourced_id) on update cascade on delete cascade)`,

    // What the set-up check-list remembers; the rest of it is read off the tables above.
    `create table setup_task (
    key text primary key check (key in ('schoolYear', 'teachers', 'students', 'classes', 'enrollments')),
    completed_at timestamptz)`,
  ],
}
