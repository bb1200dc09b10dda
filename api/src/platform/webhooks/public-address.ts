import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { lookup, Resolver } from 'node:dns/promises'
import ipaddr from 'ipaddr.js'

/** All addresses of a name; rejects where there is none. */
export type Resolve = (hostname: string) => Promise<readonly string[]>

/** An address that no webhook may reach: this machine, its network, a cloud's metadata, anything but the public internet. */
export class PrivateAddress extends Error {
  readonly code = 'PRIVATE_ADDRESS'
  constructor() { super('The name leads to an address that is not on the public internet.') }
}

/** Only what is plainly public: no loopback, private, link-local, shared or documentation range, nor IPv4 wrapped in IPv6. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast'
}

/** An address written as one, without the brackets of IPv6. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return ipaddr.isValid(bare) ? bare : undefined
}

/** Asks name servers and nobody else: names of this machine and its neighbours are no names of receivers. */
export function resolveByDns(): Resolve {
  // A hanging name server holds up no thread, as the system's own lookup would.
  const resolver = new Resolver({ timeout: 3_000, tries: 2 })
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const found = [four, six].flatMap(answer => answer.status === 'fulfilled' ? answer.value : [])
    if (found.length === 0)
      throw four.status === 'rejected' ? four.reason : new Error('The name has no address.')
    return found
  }
}

/** As this machine resolves names, `localhost` too: for development and tests. */
export const resolveLocally: Resolve = async hostname => (await lookup(hostname, { all: true })).map(({ address }) => address)

/** Every address of a name, where all of them are public; one that is not makes all of them suspect. */
export async function publicAddresses(resolve: Resolve, hostname: string): Promise<LookupAddress[]> {
  const literal = literalAddress(hostname)
  const addresses = literal === undefined ? await resolve(hostname) : [literal]
  if (!addresses.every(isPublic))
    throw new PrivateAddress()
  return withFamily(addresses)
}

function withFamily(addresses: readonly string[]): LookupAddress[] {
  return addresses.map(address => ({ address, family: ipaddr.parse(address).kind() === 'ipv6' ? 6 : 4 }))
}

/**
 * For a connection: what it is given here is what was checked, and it asks no second time, so a name that changes in between
 * leads nowhere else.
 */
export function checkedLookup(resolve: Resolve, allowPrivate: boolean): LookupFunction {
  return (hostname, options, answer) => {
    const found = allowPrivate ? resolve(hostname).then(withFamily) : publicAddresses(resolve, hostname)
    found.then(
      addresses => options.all ? answer(null, addresses) : answer(null, addresses[0]!.address, addresses[0]!.family),
      (error: NodeJS.ErrnoException) => answer(error, []),
    )
  }
}
