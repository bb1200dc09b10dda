import type { Config } from '../config.ts'

/**
 * Whether a page of one of these origins may open a socket. Browsers say where a page came from; other clients need
 * not, for cookies open nothing here.
 */
export function originAllowed(origins: readonly string[], host: string | undefined, config: Pick<Config, 'baseUrl' | 'baseDomain'>): boolean {
  const [origin, ...others] = origins
  if (origin === undefined)
    return true
  const url = URL.parse(origin)
  if (!url || url.origin !== origin || others.length > 0)
    return false
  if (!config.baseUrl)
    return url.host === host
  const base = new URL(config.baseUrl)
  const label = config.baseDomain && url.hostname.endsWith(`.${config.baseDomain}`) && url.hostname.slice(0, -config.baseDomain.length - 1)
  return url.origin === base.origin || Boolean(label && !label.includes('.') && url.protocol === base.protocol && url.port === base.port)
}
