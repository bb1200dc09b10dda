import * as z from 'zod/mini'
import { emailAddress, properName, schoolSlug } from '../../shared/fields.ts'

/** What the operator says of a school that is to have a tenant. */
export const createSchoolForm = z.object({ name: properName, slug: schoolSlug, adminEmail: emailAddress, timeZone: z.string() })
