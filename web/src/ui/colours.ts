import { ref } from 'vue'

export type Colours = 'system' | 'light' | 'dark'
const KEY = 'homeroom.colours'

function stored(): Colours {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : 'system'
  }
  catch {
    return 'system'
  }
}

/** The choice of light or dark. /colour-mode.js applies it, before the first paint and after a change. */
export function useColours() {
  const colours = ref<Colours>(stored())
  function choose(next: Colours) {
    colours.value = next
    try {
      localStorage.setItem(KEY, next)
    }
    catch {}
    dispatchEvent(new Event('homeroom:colours'))
  }
  return { colours, choose }
}
