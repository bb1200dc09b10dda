import type { Answer } from './client.ts'
import type { SignedUp, TestHomeroom } from './homeroom.ts'
import { password } from './sign-up.ts'

export interface Invited { id: string, email: string, role: string, createdAt: string, expiresAt: string, expired: boolean, invitedBy: { name: string, email: string } | null }
export type Accepted = Answer<{ acceptInvitation: { accessToken: string, viewer: object } }>

const fields = 'id email role createdAt expiresAt expired invitedBy { name email }'
export const inviteMember = `mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { ${fields} } }`
export const acceptInvitation = 'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { accessToken viewer { name email role tenant { id } } } }'
export const previewInvitation = 'query ($token: String!) { invitation(token: $token) { tenantName email role accountExists expiresAt } }'

/** The school's admin asks somebody to join. */
export async function invite(school: SignedUp, email: string, role = 'TEACHER'): Promise<Invited> {
  return (await school.client.ask<{ inviteMember: Invited }>(inviteMember, { input: { email, role } })).inviteMember
}

/** What is open in the school. */
export async function openInvitations(school: SignedUp): Promise<Invited[]> {
  return (await school.client.ask<{ invitations: Invited[] }>(`{ invitations { ${fields} } }`)).invitations
}

export function revokeInvitation(school: SignedUp, id: string): Promise<Answer<{ revokeInvitation: boolean }>> {
  return school.client.send('mutation ($id: ID!) { revokeInvitation(id: $id) }', { id })
}

/** Invites, and reads the mail. */
export async function invited({ mailbox }: TestHomeroom, school: SignedUp, email: string, role?: string): Promise<Invited & { token: string }> {
  const invitation = await invite(school, email, role)
  return { ...invitation, token: (await mailbox.next(email, /^Join/)).token }
}

/** The answer of somebody who has no account. */
export function newcomer(token: string, more: object = {}) {
  return { token, name: 'Ada Newcomer', password, ...more }
}

export function accept({ visitor }: TestHomeroom, input: object): Promise<Accepted> {
  return visitor.send(acceptInvitation, { input })
}

/** An answer as a stranger would compare it with another. */
export function shown({ status, data, errors }: Answer<unknown>) {
  return { status, data, errors: errors?.map(({ message, extensions: { requestId: _, ...rest } }) => ({ message, ...rest })) }
}

export function errorCode(answer: Answer<unknown>): string | undefined {
  return answer.errors?.[0]?.extensions.code
}

/** The fields an input was refused for, each with its code. */
export function refusedFields(answer: Answer<unknown>): string[] | undefined {
  const fields = answer.errors?.[0]?.extensions.fields as { path: string[], code: string }[] | undefined
  return fields?.map(({ path, code }) => `${path.join('.')} ${code}`)
}

/** What is on record of who was invited to a school and joined it, oldest first. */
export function invitationTrail({ database }: TestHomeroom, school: SignedUp) {
  return database.sql<{ action: string, subject_id: string, details: object, actor: string | null }>(`
    select action, subject_id, details, (select email from platform.account where id = actor_id) as actor from platform.audit_event
    where chain = $1 and (action like 'invitation.%' or action = 'membership.created') order by sequence`, [school.tenantId])
}
