/**
 * The key of the advisory lock (a bigint, as text) that whoever makes, migrates or removes a tenant's school holds until its
 * transaction ends: no two of them at once.
 */
export function tenantLock(tenantId: string): string {
  return BigInt.asIntN(64, BigInt(`0x${tenantId.replaceAll('-', '').slice(0, 16)}`)).toString()
}

/** The key, in SQL, of the advisory lock that the one process holds that drives a roll-out of the schools' migrations, for as long as it does. */
export const driversLock = 'hashtext(\'homeroom schools\')'
