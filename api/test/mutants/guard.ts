/** A guard, and what the code looks like without it. */
export interface Guard {
  /** What is not checked any more. */
  readonly name: string
  /** Under api/. */
  readonly file: string
  /** Its text, exactly once in the file. */
  readonly guard: string
  /** What stands there instead; it must compile. */
  readonly without: string
  /** Test files under api/ that must go red. */
  readonly tests: readonly string[]
}
