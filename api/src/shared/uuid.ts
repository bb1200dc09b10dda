const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A uuid as we write them: lower case, no braces. What passes may be asked of the database, and names a schema. */
export function isUuid(text: string): boolean {
  return uuid.test(text)
}
