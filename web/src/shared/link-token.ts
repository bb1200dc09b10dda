/** The secret of a link in a mail: what follows `#token=`. Undefined for any other fragment. */
export function tokenOf(hash: string): string | undefined {
  return /^#token=([\w-]{20,200})$/.exec(hash)?.[1]
}
