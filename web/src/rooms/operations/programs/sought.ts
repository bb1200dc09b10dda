/** `hmr_live_` and the twelve characters that name a key. What follows them is its secret, which has no business in an address or a request. */
const longest = 21
const shortest = 15

/** What of a pasted text names a key: its beginning, wherever in the text the key stands. What names none stays as it is. */
export function beginningIn(text: string): string {
  return /hmr_live_\w*/.exec(text)?.[0].slice(0, longest) ?? text.trim()
}

/** Why nobody is asked for it: nothing yet, no key of ours, or too little of one. */
export function doubtAbout(beginning: string): 'empty' | 'strange' | 'short' | undefined {
  if (beginning === '')
    return 'empty'
  if (beginning.length < shortest)
    return beginning.startsWith('hmr_live_') || 'hmr_live_'.startsWith(beginning) ? 'short' : 'strange'
  return /^hmr_live_[0-9A-Z]+$/i.test(beginning) ? undefined : 'strange'
}
