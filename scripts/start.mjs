// `npm start`: build what is missing or stale, then become the server.
import process from 'node:process'
import { build } from './build.mjs'
import { oneSignalAtATime } from './signals.mjs'

// A signal while building ends everything at once; nothing is running yet.
const stop = () => process.exit(130)
process.on('SIGINT', stop).on('SIGTERM', stop)
if (!await build())
  process.exit(1)
process.off('SIGINT', stop).off('SIGTERM', stop)

process.env.NODE_ENV ??= 'production'
process.setSourceMapsEnabled(true)
oneSignalAtATime()
// In this process, not in a child: signals reach the server, its exit code is ours, and a kill -9 leaves nothing behind.
await import('../api/dist/src/main.js')
