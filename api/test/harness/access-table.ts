export const roles = ['READ_ONLY', 'TEACHER', 'OFFICE', 'ADMIN'] as const
/** A superadmin names a tenant and gives a reason, and asks for writing; `without factor` has no second factor yet; the key has every scope. */
export const principals = ['visitor', 'suspended', ...roles, 'key', 'superadmin', 'without factor'] as const
export type Principal = typeof principals[number]

const people = principals.filter(principal => principal !== 'key')
const signedIn = people.slice(1)
const members = [...roles, 'superadmin', 'key'] as const
const office = ['OFFICE', 'ADMIN', 'superadmin', 'key'] as const

// The reviewed table: who may call which operation. A field that is not in it fails the test.
export const allowed: Record<string, readonly Principal[]> = {
  'query viewer': people,
  'query tenant': members,
  'query tenants': ['superadmin'],
  'query tenantPreparationStatus': principals,
  'query slugAvailability': people,
  'query sessions': signedIn,
  'query members': ['ADMIN'],
  'query invitations': ['ADMIN'],
  'query invitation': people,
  'query apiKeys': ['ADMIN'],
  'query apiScopes': ['ADMIN'],
  'query thisApiKey': members,
  'query findApiKeys': ['superadmin'],
  'query auditEvents': ['ADMIN', 'superadmin'],
  'query deletionReceipts': ['superadmin'],
  'query schoolExports': ['superadmin'],
  'query alerts': ['superadmin'],
  'query alertsLookedAt': ['superadmin'],
  'query jobQueues': ['superadmin'],
  'query jobs': ['superadmin'],
  'query fleet': ['superadmin'],
  'query fleetDrift': ['superadmin'],
  'query rollouts': ['superadmin'],
  'query fleetTenant': ['superadmin'],
  'query failedPreparations': ['superadmin'],
  'query preparationFigures': ['superadmin'],
  'query rollout': ['superadmin'],
  'query dashboard': [...roles, 'superadmin'],
  'query users': members,
  'query user': members,
  'query classes': members,
  'query class': members,
  'query courses': members,
  'mutation createTenant': people,
  'mutation signIn': people,
  'mutation refreshSession': people,
  'mutation signOut': people,
  'mutation requestPasswordReset': people,
  'mutation resetPassword': people,
  'mutation verifyEmail': people,
  'mutation acceptInvitation': people,
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
  'mutation createApiKey': ['ADMIN'],
  'mutation rollApiKey': ['ADMIN'],
  'mutation revokeApiKey': ['ADMIN'],
  'mutation revokeLeakedApiKey': ['superadmin'],
  'mutation retryTenantPreparation': ['ADMIN', 'superadmin'],
  'mutation createTenantFor': ['superadmin'],
  'mutation inviteTenantAdmin': ['superadmin'],
  'mutation suspendTenant': ['superadmin'],
  'mutation resumeTenant': ['superadmin'],
  'mutation archiveTenant': ['superadmin'],
  'mutation unarchiveTenant': ['superadmin'],
  'mutation deleteTenant': ['superadmin'],
  'mutation cancelTenantDeletion': ['superadmin'],
  'mutation exportTenant': ['superadmin'],
  'mutation deleteSchoolExport': ['superadmin'],
  'mutation restoreTenant': ['superadmin'],
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
