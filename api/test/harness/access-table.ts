export const roles = ['READ_ONLY', 'TEACHER', 'OFFICE', 'ADMIN'] as const
/** A superadmin names a tenant and gives a reason, and asks for writing; `without factor` has no second factor yet. */
export const principals = ['visitor', 'suspended', ...roles, 'superadmin', 'without factor'] as const
export type Principal = typeof principals[number]

const signedIn = principals.slice(1)
const members = [...roles, 'superadmin'] as const
const office = ['OFFICE', 'ADMIN', 'superadmin'] as const

// The reviewed table: who may call which operation. A field that is not in it fails the test.
export const allowed: Record<string, readonly Principal[]> = {
  'query viewer': principals,
  'query tenant': members,
  'query tenants': ['superadmin'],
  'query tenantPreparationStatus': principals,
  'query slugAvailability': principals,
  'query sessions': signedIn,
  'query members': ['ADMIN'],
  'query invitations': ['ADMIN'],
  'query invitation': principals,
  'query auditEvents': ['ADMIN', 'superadmin'],
  'query deletionReceipts': ['superadmin'],
  'query alerts': ['superadmin'],
  'query jobQueues': ['superadmin'],
  'query jobs': ['superadmin'],
  'query fleet': ['superadmin'],
  'query fleetDrift': ['superadmin'],
  'query rollouts': ['superadmin'],
  'query fleetTenant': ['superadmin'],
  'query failedPreparations': ['superadmin'],
  'query preparationFigures': ['superadmin'],
  'query dashboard': members,
  'query users': members,
  'query user': members,
  'query classes': members,
  'query class': members,
  'query courses': members,
  'mutation createTenant': principals,
  'mutation signIn': principals,
  'mutation refreshSession': principals,
  'mutation signOut': principals,
  'mutation requestPasswordReset': principals,
  'mutation resetPassword': principals,
  'mutation verifyEmail': principals,
  'mutation acceptInvitation': principals,
  'mutation changePassword': signedIn,
  'mutation requestEmailVerification': signedIn,
  'mutation endSession': signedIn,
  'mutation signOutEverywhere': signedIn,
  'mutation startSecondFactor': signedIn,
  'mutation confirmSecondFactor': signedIn,
  // Who must have one keeps it.
  'mutation removeSecondFactor': ['suspended', ...roles],
  'mutation inviteMember': ['ADMIN'],
  'mutation revokeInvitation': ['ADMIN'],
  'mutation changeMemberRole': ['ADMIN'],
  'mutation removeMember': ['ADMIN'],
  'mutation retryTenantPreparation': ['ADMIN', 'superadmin'],
  'mutation suspendTenant': ['superadmin'],
  'mutation resumeTenant': ['superadmin'],
  'mutation archiveTenant': ['superadmin'],
  'mutation unarchiveTenant': ['superadmin'],
  'mutation deleteTenant': ['superadmin'],
  'mutation cancelTenantDeletion': ['superadmin'],
  'mutation retryFailedPreparations': ['superadmin'],
  'mutation cancelTenantPreparation': ['superadmin'],
  'mutation startRollout': ['superadmin'],
  'mutation pauseRollout': ['superadmin'],
  'mutation resumeRollout': ['superadmin'],
  'mutation retryJob': ['superadmin'],
  'mutation cancelJob': ['superadmin'],
  'mutation addStudent': office,
  'mutation addTeacher': office,
  'mutation createClass': office,
  'mutation enrol': office,
  'mutation withdraw': office,
  'mutation updateSchoolYear': office,
  'subscription tenantPreparationStatus': principals,
  'subscription rolloutChanged': ['superadmin'],
  'subscription tenantsChanged': ['superadmin'],
}

/** Only the operator's people may call these: no member has an id that could be right, and none that could be another school's. */
export const operatorOnly = Object.keys(allowed).filter(name => allowed[name]!.every(principal => principal === 'superadmin'))

/** Fields that are the operator's alone on types that others may ask for too, as `access.test.ts` finds. */
export const operatorFields: ReadonlySet<string> = new Set(['Tenant.operations'])
