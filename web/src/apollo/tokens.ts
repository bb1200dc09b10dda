/** What a session gives: a token, kept in memory only, and when it ends. */
export interface Grant { accessToken: string, expiresAt: string }

export interface Tokens {
  hold: (grant: Grant) => void
  drop: () => void
  /** The token to send, renewed first when it is about to run out. */
  fresh: () => Promise<string | undefined>
  /** A new token by the refresh cookie. Callers at the same moment share one request. */
  renew: () => Promise<string | undefined>
}

const EARLY = 20_000
// A wrong clock must not turn every request into a renewal.
const REST = 10_000

export function createTokens(askForGrant: () => Promise<Grant | undefined>, now: () => number = Date.now): Tokens {
  let grant: Grant | undefined
  let heldAt = 0
  let renewal: Promise<string | undefined> | undefined

  function hold(next: Grant) {
    grant = next
    heldAt = now()
  }

  function renew() {
    renewal ??= askForGrant()
      .then((next) => {
        if (next)
          hold(next)
        else
          grant = undefined
        return next?.accessToken
      })
      .finally(() => { renewal = undefined })
    return renewal
  }

  async function fresh() {
    if (renewal)
      return renewal
    if (!grant)
      return undefined
    const endsSoon = Date.parse(grant.expiresAt) - now() < EARLY
    // When the renewal fails for want of a network, the old token may still do.
    return endsSoon && now() - heldAt > REST ? renew().catch(() => grant?.accessToken) : grant.accessToken
  }

  return { hold, drop: () => { grant = undefined }, fresh, renew }
}
