import ipaddr from 'ipaddr.js'

/** One address or range as we keep it, `10.1.0.0/16`; undefined for what is neither. */
export function asRange(text: string): string | undefined {
  try {
    const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), undefined] as const
    // An IPv4 address in IPv6's clothes would never match one that came without them.
    if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress())
      return bits === undefined ? (address as ipaddr.IPv6).toIPv4Address().toString() : undefined
    return `${address.toString()}${bits === undefined ? '' : `/${bits}`}`
  }
  catch {
    return undefined
  }
}

/** Whether a key with this list may be used from an address; an empty list allows all. */
export function allows(ranges: readonly string[], address: string): boolean {
  if (ranges.length === 0)
    return true
  if (!ipaddr.isValid(address))
    return false
  const from = ipaddr.process(address)
  return ranges.some((range) => {
    const [start, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : [ipaddr.parse(range), undefined] as const
    return start.kind() === from.kind() && from.match(start, bits ?? (start.kind() === 'ipv4' ? 32 : 128))
  })
}
