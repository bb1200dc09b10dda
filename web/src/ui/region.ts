/** The reader's own way to write dates within the language of the page: `en` becomes `en-GB` for a British browser. */
export function regional(language: string, preferred: readonly string[] = navigator.languages) {
  return preferred.find(each => (each === language || each.startsWith(`${language}-`)) && isTag(each)) ?? language
}

// A browser under a POSIX locale names `en-US@posix`, which Intl throws at.
function isTag(tag: string) {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  }
  catch {
    return false
  }
}
