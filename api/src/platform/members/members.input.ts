import { z } from 'zod'
import { memberRoles } from '../../access/principal.ts'
import { absent, emailAddress, optionalLine } from '../../shared/validate.ts'

/** Who is to join, and as what. */
export const inviteMemberInput = z.strictObject({
  email: emailAddress(),
  role: z.enum(memberRoles),
})

/** What the person invited answers. Whether a name is needed, and what the password must be, depends on their having an account. */
export const acceptInvitationInput = z.strictObject({
  token: z.string(),
  password: z.string().max(1000),
  name: optionalLine(200),
  totp: absent(z.string().max(20)),
})

export type AcceptInvitation = z.output<typeof acceptInvitationInput>
