import { Field, InputType, ObjectType } from 'type-graphql'
import { SessionType } from '../identity/room.ts'
import { TenantType } from '../tenancy/room.ts'

@InputType('AdminInput', { description: 'The person who signs a school up; becomes its ADMIN.' })
export class AdminInput {
  @Field(() => String, { description: 'As the person is greeted; 1 to 200 characters.' })
  name!: string

  @Field(() => String, { description: 'Unique among accounts, upper and lower case alike.' })
  email!: string

  @Field(() => String, { description: '10 to 128 characters, and not easy to guess.' })
  password!: string
}

/** What is said of every new school. */
@InputType()
abstract class NewSchoolInput {
  @Field(() => String, { description: 'What the school calls itself; 1 to 200 characters.' })
  name!: string

  @Field(() => String, { description: 'Its address: 3 to 40 small letters, digits and hyphens. See slugAvailability.' })
  slug!: string

  @Field(() => String, { nullable: true, description: 'IANA time zone; UTC where left out.' })
  timeZone?: string | null

  @Field(() => String, { nullable: true, description: 'BCP 47 language tag; en where left out.' })
  locale?: string | null
}

@InputType('CreateTenantInput', { description: 'A school that signs up.' })
export class CreateTenantInput extends NewSchoolInput {
  @Field(() => AdminInput, { description: 'Its first member.' })
  admin!: AdminInput

  @Field(() => String, { nullable: true, description: '16 to 255 characters, kept for 24 hours: a repeat with the same input and password answers the same tenant, anything else CONFLICT.' })
  idempotencyKey?: string | null
}

@InputType('CreateTenantForInput', { description: 'A school that the operator creates a tenant for.' })
export class CreateTenantForInput extends NewSchoolInput {
  @Field(() => String, { description: 'Who is invited to be its ADMIN; somebody with an account joins with it.' })
  adminEmail!: string

  @Field(() => String, { nullable: true, description: '16 to 255 characters, kept for 24 hours: a repeat with the same input answers the same tenant and sends no second mail, anything else CONFLICT.' })
  idempotencyKey?: string | null
}

@ObjectType('CreateTenantPayload', { description: 'The new tenant, whose school is being prepared, and a session of its ADMIN.' })
export class CreateTenantPayload {
  @Field(() => TenantType, { description: 'PENDING; follow tenantPreparationStatus.' })
  tenant!: TenantType

  @Field(() => SessionType, { description: 'Good in every preparation state.' })
  session!: SessionType
}
