import type { Resolve } from './public-address.ts'
import { invalidField } from '../../shared/errors.ts'
import { isPublic, literalAddress, PrivateAddress, publicAddresses } from './public-address.ts'

/** What is wrong with a URL, in a code and in words. */
export const urlProblems = {
  URL_INVALID: 'This is not a URL such as https://hooks.example.com/homeroom.',
  TOO_LONG: 'Use at most 2,000 characters.',
  URL_NOT_HTTPS: 'The URL must begin with https://.',
  URL_WITH_CREDENTIALS: 'A name or password in the URL is not allowed: the signature tells who sends.',
  URL_PORT: 'Only port 443 is allowed.',
  URL_PRIVATE: 'The URL leads to an address that is not on the public internet.',
  URL_UNKNOWN_HOST: 'The host of this URL was not found.',
} as const
export type UrlProblem = keyof typeof urlProblems

/** What can be told of a URL by looking at it. The fragment is never sent, so it goes. */
export function readUrl(text: string, allowPrivate: boolean): { url: URL } | { problem: UrlProblem } {
  if (text.length > 2_000)
    return { problem: 'TOO_LONG' }
  // Tabs and line ends, which a URL parser would drop in silence, are nobody's address.
  const url = /\s|[^\x21-\uFFFF]/.test(text) ? null : URL.parse(text)
  if (!url)
    return { problem: 'URL_INVALID' }
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    return { problem: 'URL_NOT_HTTPS' }
  if (url.username || url.password)
    return { problem: 'URL_WITH_CREDENTIALS' }
  url.hash = ''
  if (allowPrivate)
    return { url }
  if (url.port)
    return { problem: 'URL_PORT' }
  const literal = literalAddress(url.hostname)
  if (literal !== undefined && !isPublic(literal))
    return { problem: 'URL_PRIVATE' }
  // A name without a dot, or one that this machine has for itself.
  if (literal === undefined && /^[^.]+\.?$|(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/.test(url.hostname))
    return { problem: 'URL_PRIVATE' }
  return { url }
}

/** A URL that can be sent to, as it is kept, or an error that names what is wrong with it. Its name is resolved once more with each try. */
export async function checkUrl(text: string, options: { readonly allowPrivate: boolean, readonly resolve: Resolve }): Promise<string> {
  const read = readUrl(text.trim(), options.allowPrivate)
  if ('problem' in read)
    throw refused(read.problem)
  if (!options.allowPrivate) {
    await publicAddresses(options.resolve, read.url.hostname).catch((error: unknown) => {
      throw refused(error instanceof PrivateAddress ? 'URL_PRIVATE' : 'URL_UNKNOWN_HOST')
    })
  }
  return read.url.href
}

function refused(problem: UrlProblem) {
  return invalidField(['url'], problem, urlProblems[problem])
}
