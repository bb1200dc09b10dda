/** A username made of a name: small letters without accents, a dot between the words. Any script's letters are good. */
export function usernameStem(givenName: string, familyName: string): string {
  const stem = `${givenName} ${familyName}`
    .normalize('NFKD')
    .replace(/[\u0300-\u036F]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, '.')
  // Taken apart, some letters become many; a number must still fit behind.
  return [...stem].slice(0, 200).join('').replace(/^\.+|\.+$/g, '') || 'user'
}

/** The e-mail address where nobody has it yet (families share one), else the stem, else the stem with a number. */
export function freeUsername(email: string | null, stem: string, taken: ReadonlySet<string>): string {
  const address = email?.toLowerCase()
  if (address && !taken.has(address))
    return address
  let name = stem
  for (let number = 2; taken.has(name); number++)
    name = `${stem}.${number}`
  return name
}
