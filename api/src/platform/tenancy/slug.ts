import { slugForm } from '../../access/tenant-context.ts'

// Names that belong to the platform, to its hosts, or to the database, and words a stranger would trust.
const reserved = new Set(`
  about abuse accounts account admin administrator api app apps assets auth billing blog cdn console contact dashboard
  demo dev developer developers docs download email explorer ftp graphql help homeroom host hostmaster imap information-schema
  internal legal livez localhost login logout mail metrics mx news none ns ns1 ns2 null official oneroster operations owner
  pgboss platform pop postgres postmaster privacy public readyz register registration root school schools secure security
  sign-in sign-out sign-up signin signout signup smtp sso staff staging static status superadmin support system team test
  tenant tenants terms undefined user users webhooks webmaster websocket www
`.split(/\s+/).filter(Boolean))

export type SlugRefusal = 'INVALID' | 'RESERVED' | 'TAKEN'

/** How a slug looks at a glance: letters, digits and pairs that are mistaken for each other become one. */
export function slugLook(slug: string): string {
  return slug.replaceAll('rn', 'm').replaceAll('vv', 'w').replaceAll('0', 'o').replaceAll(/[1i]/g, 'l').replaceAll('5', 's')
}

const reservedLooks = new Set([...reserved].map(slugLook))

/** Why a slug can never be a school's, in words; undefined where it could be. Being taken is the database's to say. */
export function refuseSlug(slug: string): { reason: Exclude<SlugRefusal, 'TAKEN'>, message: string } | undefined {
  // "--" at the third and fourth place is how internationalised host names begin (RFC 5891, 4.2.3.1).
  if (!slugForm.test(slug) || slug.slice(2, 4) === '--')
    return { reason: 'INVALID', message: 'Use 3 to 40 small letters, digits and hyphens; start with a letter, end with a letter or digit.' }
  if (slug.startsWith('pg-') || reservedLooks.has(slugLook(slug)))
    return { reason: 'RESERVED', message: 'This address is reserved, or looks too much like one that is. Please choose another.' }
  return undefined
}

/** Further slugs to try, near the one that was refused. */
export function slugSuggestions(slug: string): string[] {
  const base = slug.toLowerCase().replaceAll(/[^a-z0-9-]/g, '').replaceAll(/-{2,}/g, '-').replace(/^[^a-z]+/, '').replace(/-+$/, '').slice(0, 32).replace(/-+$/, '')
  if (base.length < 2)
    return []
  return [`${base}-school`, ...[2, 3, 4, 6, 7, 8, 9].map(number => `${base}-${number}`)].filter(candidate => !refuseSlug(candidate))
}
