import process from 'node:process'

const signals = new Set(['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * A Ctrl-C comes twice: the terminal sends it to everyone, and npm passes its own on.
 * A second signal means "at once" to a server, so an echo within a second is dropped.
 */
export function oneSignalAtATime() {
  const emit = process.emit
  let last = -Infinity
  process.emit = function (event, ...values) {
    if (signals.has(event)) {
      const now = performance.now()
      const isEcho = now - last < 1000
      last = now
      if (isEcho)
        return true
    }
    return emit.call(this, event, ...values)
  }
}
