import type { MarkedSchool } from './marked-schools.ts'
import { password } from './sign-up.ts'

/** A call that is right in the caller's own school: only another id can make it wrong. */
export interface RightCall {
  /** Every place for an id filled. */
  readonly variables: (school: MarkedSchool) => Record<string, unknown>
  /** By place, which of the school's ids stands there; several where more than one thing has ids of that kind. */
  readonly ids: Readonly<Record<string, readonly string[]>>
  /** Items of a list are done each for itself: what is right in it is done beside what is wrong. */
  readonly itemsApart?: true
  /** What the right call is answered with; data unless told. */
  readonly answer?: string
  /** Who calls; the head of the school unless told. */
  readonly as?: 'visitor'
}

/** One for every operation that takes an id. An operation that is not here fails the test. */
export const rightCalls: Readonly<Record<string, RightCall>> = {
  'query user': { variables: ({ own }) => ({ id: own.student }), ids: { id: ['student', 'teacher'] } },
  'query class': { variables: ({ own }) => ({ id: own.class }), ids: { id: ['class'] } },
  'query classes': { variables: ({ own }) => ({ first: 5, filter: { termId: own.term, courseId: own.course } }), ids: { 'filter.courseId': ['course'], 'filter.termId': ['term', 'year'] } },
  'query enrollments': { variables: ({ own }) => ({ first: 5, filter: { classId: own.class, userId: own.student } }), ids: { 'filter.classId': ['class'], 'filter.userId': ['student'] } },
  'query tenantPreparationStatus': { variables: ({ own }) => ({ tenantId: own.tenant }), ids: { tenantId: ['tenant'] } },
  'subscription tenantPreparationStatus': { variables: ({ own }) => ({ tenantId: own.tenant }), ids: { tenantId: ['tenant'] } },
  'mutation retryTenantPreparation': { variables: ({ own }) => ({ tenantId: own.tenant }), ids: { tenantId: ['tenant'] }, answer: 'CONFLICT' },
  'mutation signIn': {
    variables: ({ email, own }) => ({ input: { email, password, tenantId: own.tenant } }),
    ids: { 'input.tenantId': ['tenant'] },
    as: 'visitor',
  },
  'mutation createClass': {
    variables: ({ own }) => ({ input: { title: 'Geometry', termIds: [own.term], courseId: own.course, teacherId: own.teacher } }),
    ids: { 'input.courseId': ['course'], 'input.teacherId': ['teacher'], 'input.termIds.*': ['term', 'year'] },
  },
  'mutation enrol': {
    variables: ({ own }) => ({ input: { classId: own.class, userId: own.otherStudent, role: 'STUDENT' } }),
    ids: { 'input.classId': ['class'], 'input.userId': ['otherStudent'] },
  },
  'mutation withdraw': { variables: ({ own }) => ({ enrollmentId: own.enrollment }), ids: { enrollmentId: ['enrollment'] } },
  'mutation enrolMany': {
    variables: ({ own }) => ({ inputs: [{ classId: own.oldClass, userId: own.student, role: 'STUDENT' }] }),
    ids: { 'inputs.*.classId': ['class', 'oldClass'], 'inputs.*.userId': ['otherStudent', 'teacher'] },
    itemsApart: true,
  },
  'mutation withdrawMany': { variables: ({ own }) => ({ enrollmentIds: [own.enrollment] }), ids: { 'enrollmentIds.*': ['enrollment'] }, itemsApart: true },
  'mutation updateUser': { variables: ({ own }) => ({ input: { id: own.student, version: 1, pronouns: 'she' } }), ids: { 'input.id': ['student', 'teacher'] } },
  'mutation removeUser': { variables: ({ own }) => ({ id: own.leaver, version: 1 }), ids: { id: ['leaver'] } },
  'mutation restoreUser': { variables: ({ own }) => ({ id: own.leaver }), ids: { id: ['leaver'] } },
  'mutation updateClass': { variables: ({ own }) => ({ input: { id: own.class, version: 1, termIds: [own.otherTerm], courseId: own.course } }), ids: { 'input.id': ['class'], 'input.courseId': ['course'], 'input.termIds.*': ['term', 'year'] } },
  'mutation removeClass': { variables: ({ own }) => ({ id: own.oldClass, version: 1 }), ids: { id: ['oldClass'] } },
  'mutation restoreClass': { variables: ({ own }) => ({ id: own.oldClass }), ids: { id: ['oldClass'] } },
  'query course': { variables: ({ own }) => ({ id: own.course }), ids: { id: ['course', 'oldCourse'] } },
  'mutation updateCourse': { variables: ({ own }) => ({ input: { id: own.course, version: 1, subjects: ['Mathematics'] } }), ids: { 'input.id': ['course'] } },
  'mutation removeCourse': { variables: ({ own }) => ({ id: own.oldCourse, version: 1 }), ids: { id: ['oldCourse'] } },
  'mutation restoreCourse': { variables: ({ own }) => ({ id: own.oldCourse }), ids: { id: ['oldCourse'] } },
  'mutation updateEnrollment': { variables: ({ own }) => ({ input: { id: own.enrollment, version: 1, endDate: '2090-01-01' } }), ids: { 'input.id': ['enrollment'] } },
  'mutation updateSchoolYear': {
    variables: ({ own }) => ({
      input: {
        id: own.year,
        title: 'A year',
        startDate: own.from,
        endDate: own.to,
        terms: [{ id: own.term, title: 'Its start', startDate: own.from, endDate: own.half }, { id: own.otherTerm, title: 'Its end', startDate: own.half, endDate: own.to }],
      },
    }),
    ids: { 'input.id': ['year'], 'input.terms.*.id': ['term'] },
  },
  'query webhookEndpoint': { variables: ({ own }) => ({ id: own.endpoint }), ids: { id: ['endpoint'] } },
  'query webhookDeliveries': { variables: ({ own }) => ({ first: 5, filter: { endpointId: own.endpoint } }), ids: { 'filter.endpointId': ['endpoint'] } },
  'query webhookDelivery': { variables: ({ own }) => ({ id: own.delivery }), ids: { id: ['delivery'] } },
  'mutation updateWebhookEndpoint': { variables: ({ own }) => ({ id: own.endpoint, input: { description: 'A library' } }), ids: { id: ['endpoint'] } },
  'mutation rotateWebhookSecret': { variables: ({ own }) => ({ id: own.endpoint }), ids: { id: ['endpoint'] } },
  'mutation sendTestWebhook': { variables: ({ own }) => ({ endpointId: own.endpoint }), ids: { endpointId: ['endpoint'] } },
  'mutation replayWebhook': { variables: ({ own }) => ({ deliveryId: own.delivery }), ids: { deliveryId: ['delivery'] } },
  'mutation replayWebhooks': { variables: ({ own }) => ({ endpointId: own.endpoint, input: { since: '2027-01-01T00:00:00Z' } }), ids: { endpointId: ['endpoint'] } },
  'mutation deleteWebhookEndpoint': { variables: ({ own }) => ({ id: own.spareEndpoint }), ids: { id: ['spareEndpoint'] } },
  'mutation changeMemberRole': { variables: ({ own }) => ({ id: own.membership, role: 'OFFICE' }), ids: { id: ['membership'] } },
  'mutation removeMember': { variables: ({ own }) => ({ id: own.membership }), ids: { id: ['membership'] } },
  'mutation revokeInvitation': { variables: ({ own }) => ({ id: own.invitation }), ids: { id: ['invitation'] } },
  'query apiRequests': { variables: ({ own }) => ({ first: 5, filter: { keyId: own.apiKey } }), ids: { 'filter.keyId': ['apiKey'] } },
  'mutation rollApiKey': { variables: ({ own }) => ({ input: { id: own.otherApiKey } }), ids: { 'input.id': ['otherApiKey'] } },
  'mutation exploreWithApiKey': { variables: ({ own }) => ({ id: own.apiKey }), ids: { id: ['apiKey'] } },
  'mutation revokeApiKey': { variables: ({ own }) => ({ id: own.apiKey }), ids: { id: ['apiKey'] } },
  'mutation endSession': { variables: ({ own }) => ({ id: own.session }), ids: { id: ['session', 'colleagueSession'] } },
}
