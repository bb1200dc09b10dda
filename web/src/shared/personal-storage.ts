// What a person leaves in this browser, under the account's id: another account never sees it, and signing out takes it away.
const PREFIX = 'homeroom.personal.'

const keysBelow = (prefix: string) => Object.keys(localStorage).filter(key => key.startsWith(prefix))

/** A part of the browser's storage. `keep` may change what is stored, or refuse it. */
export function personalStorage(accountId: string, keep: (key: string, value: string) => string | undefined = (_, value) => value) {
  const below = `${PREFIX}${accountId}.`
  return {
    getItem: (key: string) => localStorage.getItem(below + key),
    setItem(key: string, value: string) {
      const kept = keep(key, value)
      if (kept === undefined)
        localStorage.removeItem(below + key)
      else
        localStorage.setItem(below + key, kept)
    },
    removeItem: (key: string) => localStorage.removeItem(below + key),
    clear: () => keysBelow(below).forEach(key => localStorage.removeItem(key)),
    get length() { return keysBelow(below).length },
  }
}

/** Takes away what people left here; all but one of them where somebody has just signed in. */
export function forgetPeople(exceptFor?: string) {
  try {
    for (const key of keysBelow(PREFIX)) {
      if (!exceptFor || !key.startsWith(`${PREFIX}${exceptFor}.`))
        localStorage.removeItem(key)
    }
  }
  catch {}
}
