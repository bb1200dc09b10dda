/** The path to go on to after signing in, if it is one of ours. Anything that could leave the origin is dropped. */
export function ownPath(next: unknown): string | undefined {
  if (typeof next !== 'string' || !next.startsWith('/') || next.startsWith('//'))
    return undefined
  // Browsers read a backslash as a slash and skip tabs and newlines: `/\evil` and `/<tab>/evil` would leave.
  if ([...next].some(sign => sign === '\\' || sign < ' '))
    return undefined
  const base = 'http://own.invalid'
  const url = URL.parse(next, base)
  return url?.origin === base && !url.pathname.startsWith('/sign-in') ? url.pathname + url.search + url.hash : undefined
}
