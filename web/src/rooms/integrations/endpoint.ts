/** Where programs ask: the address this page came from, which its server answers at. */
export function endpoint(): string {
  return new URL('/graphql', location.href).href
}
