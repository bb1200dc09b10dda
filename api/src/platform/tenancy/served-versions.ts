/** Which versions of a school's tables some code can use: from the oldest it still knows to the newest it knows. */
export interface ServedVersions {
  readonly oldest: number
  readonly newest: number
}

/** Whether that code can use a school now. A newer worker may have migrated the school: it says itself how old the code may be that uses it. */
export function serves({ oldest, newest }: ServedVersions, { schemaVersion, schemaServesFrom }: { readonly schemaVersion?: number | null, readonly schemaServesFrom?: number | null }): boolean {
  return schemaVersion != null && schemaVersion >= oldest && (schemaVersion <= newest || (schemaServesFrom ?? schemaVersion) <= newest)
}
