import { readonly, ref } from 'vue'

interface Said { words: string, undo?: { label: string, run: () => void } }
interface NoticeEntry extends Said { key: number }

const withUndo = 8_000
const wordsOnly = 4_000

const entries = ref<NoticeEntry[]>([])
const timers = new Map<number, ReturnType<typeof setTimeout>>()
let last = 0

function dismiss(key: number) {
  clearTimeout(timers.get(key))
  timers.delete(key)
  entries.value = entries.value.filter(entry => entry.key !== key)
}

function startTimer({ key, undo }: NoticeEntry) {
  clearTimeout(timers.get(key))
  timers.set(key, setTimeout(dismiss, undo ? withUndo : wordsOnly, key))
}

/** Short words at the foot of the page about what was just done, with a way back where there is one. */
export function useNotices() {
  return {
    entries: readonly(entries),
    say(said: Said) {
      const entry = { ...said, key: last += 1 }
      entries.value = [...entries.value.slice(-2), entry]
      startTimer(entry)
    },
    dismiss,
    /** Whoever reads or is about to undo is not hurried. */
    hold: () => timers.forEach(timer => clearTimeout(timer)),
    release: () => entries.value.forEach(startTimer),
  }
}
