import { onScopeDispose, ref, watch } from 'vue'
import { useOwnPresence } from '../../apollo/presence.ts'
import { useSession } from './session.ts'

/** How often is looked whether a closed school is open again, where no socket gets through. */
const POLL = 10_000

/** Keeps the session true while somebody looks at the page: who they are, and whether the school is open. */
export function usePresence() {
  const presence = useOwnPresence()
  const session = useSession()
  const seen = ref(document.visibilityState === 'visible')
  const look = () => { seen.value = document.visibilityState === 'visible' }
  document.addEventListener('visibilitychange', look)

  // A page that nobody sees holds no socket, and hears what it missed when it is seen again.
  watch(() => (seen.value ? session.viewer.value?.tenant?.id : undefined), (here, _, onCleanup) => {
    if (!here)
      return
    presence.begin()
    onCleanup(presence.end)
  }, { immediate: true })

  watch(() => seen.value && session.suspended.value, (waits, _, onCleanup) => {
    if (!waits)
      return
    const timer = setInterval(() => void session.lookAgain(), POLL)
    onCleanup(() => clearInterval(timer))
  }, { immediate: true })

  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', look)
    presence.end()
  })
}
