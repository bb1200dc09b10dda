/** Which versions of a school's tables some code can use: from the oldest it still knows to the newest it knows. */
export interface ServedVersions {
  readonly oldest: number
  readonly newest: number
}
