import { AcademicSessionSchema } from './academic-session.entity.ts'
import { ClassSchema, ClassTermSchema } from './class.entity.ts'
import { CourseSchema } from './course.entity.ts'
import { DemographicsSchema } from './demographics.entity.ts'
import { EnrollmentSchema } from './enrollment.entity.ts'
import { OrgSchema } from './org.entity.ts'
import { SetupTaskSchema } from './setup-task.entity.ts'
import { RoleSchema, UserSchema } from './user.entity.ts'

/** Everything the roster stores. */
export const rosterEntities = [OrgSchema, AcademicSessionSchema, CourseSchema, ClassSchema, ClassTermSchema, UserSchema, RoleSchema, EnrollmentSchema, DemographicsSchema, SetupTaskSchema]
