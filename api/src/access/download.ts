/** A file that somebody may take away. */
export interface Download {
  readonly name: string
  readonly size: number
  readonly sha256: Buffer
  /** Its bytes, in pieces; read once. */
  readonly bytes: AsyncIterable<Buffer>
}
