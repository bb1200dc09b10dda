// Letters that do not come apart into a base letter and a mark.
const folded: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
}

const LONGEST = 40

/** A short name for links from a school's name: `St. Mary's Primary` -> `st-marys-primary`. Empty when the name has no Latin letters. */
export function suggestSlug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[ßæœøđðþłı]/g, letter => folded[letter] ?? letter)
    .normalize('NFKD')
    .replace(/[\u0300-\u036F'’ʼ.]/g, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  // A slug starts with a letter.
  const lettered = /^\d/.test(plain) ? `school-${plain}` : plain
  return shorten(lettered)
}

/** Cuts at a word's end where that leaves something to read. */
function shorten(slug: string) {
  if (slug.length <= LONGEST)
    return slug.length < 3 ? '' : slug
  const cut = slug.slice(0, LONGEST)
  const wordEnd = slug[LONGEST] === '-' ? LONGEST : cut.lastIndexOf('-')
  return (wordEnd > 12 ? cut.slice(0, wordEnd) : cut).replace(/-+$/, '')
}

/** The rule the server keeps: 3 to 40 of a-z, 0-9 and hyphens, a letter first, no hyphen last, no `--` in third place. */
export function isSlug(slug: string) {
  return /^[a-z][a-z0-9-]{1,38}[a-z0-9]$/.test(slug) && slug.slice(2, 4) !== '--'
}
