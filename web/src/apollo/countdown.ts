/** Whole seconds until an instant, never below 0. */
export const secondsLeft = (endsAt: number, now: number) => Math.max(0, Math.ceil((endsAt - now) / 1_000))

/** Tells the seconds that are left, each once, down to 0. The clock is read, not counted on: a tab that slept wakes up right. */
export function createCountdown(tell: (seconds: number) => void, now: () => number = Date.now) {
  let timer: ReturnType<typeof setTimeout> | undefined

  function stop() {
    clearTimeout(timer)
  }
  function start(seconds: number) {
    stop()
    const endsAt = now() + seconds * 1_000
    const tick = () => {
      const left = secondsLeft(endsAt, now())
      tell(left)
      if (left > 0)
        timer = setTimeout(tick, endsAt - now() - (left - 1) * 1_000)
    }
    tick()
  }
  return { start, stop }
}
