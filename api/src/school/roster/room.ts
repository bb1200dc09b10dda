import { ChangesResolver, RecordChangeConnectionResolver } from './changes.resolver.ts'
import { ClassChangesService } from './class-changes.service.ts'
import { ClassConnectionResolver, ClassesResolver } from './classes.resolver.ts'
import { ClassesService } from './classes.service.ts'
import { CourseConnectionResolver, CoursesResolver } from './courses.resolver.ts'
import { CoursesService } from './courses.service.ts'
import { DashboardResolver } from './dashboard.resolver.ts'
import { EnrollmentConnectionResolver, EnrollmentsResolver } from './enrollments.resolver.ts'
import { EnrollmentsService } from './enrollments.service.ts'
import { PeopleChangesService } from './people-changes.service.ts'
import { PeopleResolver, RoleResolver, UserConnectionResolver } from './people.resolver.ts'
import { PeopleService } from './people.service.ts'
import { rosterPurge } from './purge.ts'
import { recordActions } from './record-changes.ts'
import { rosterEntities } from './roster.entities.ts'
import { rosterSeed } from './roster.seed.ts'
import { rosterSample } from './sample.seed.ts'
import { AcademicSessionConnectionResolver, SchoolYearResolver } from './school-year.resolver.ts'
import { SchoolYearService } from './school-year.service.ts'

/** Who is at a school, what they attend, and its calendar; the first screen that shows them. */
export function rosterRoom({ now = () => new Date() }: { now?: () => Date } = {}) {
  return {
    entities: rosterEntities,
    seeds: rosterSeed,
    sampleSeeds: rosterSample,
    purge: rosterPurge,
    /** Everything that it can tell of what it did. */
    actions: recordActions,
    resolvers: [
      new PeopleResolver(new PeopleService(), new PeopleChangesService()),
      new RoleResolver(),
      new UserConnectionResolver(),
      new ClassesResolver(new ClassesService(), new ClassChangesService(now)),
      new ClassConnectionResolver(),
      new CoursesResolver(new CoursesService()),
      new CourseConnectionResolver(),
      new EnrollmentsResolver(new EnrollmentsService()),
      new EnrollmentConnectionResolver(),
      new SchoolYearResolver(new SchoolYearService(now)),
      new AcademicSessionConnectionResolver(),
      new ChangesResolver(),
      new RecordChangeConnectionResolver(),
      new DashboardResolver(now),
    ],
  }
}
