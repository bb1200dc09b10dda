// Loaded before Homeroom: counts requests that are still in memory after the young generation was collected some times.
import { subscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const requests = []

subscribe('http.server.request.start', ({ request, response }) => {
  if (request.url !== '/livez?left')
    return void requests.push(new WeakRef(request))
  response.once('close', () => setImmediate(() => {
    for (let times = 0; times < 4; times += 1)
      collect({ type: 'minor' })
    process.stdout.write(`${requests.filter(request => request.deref()).length} of ${requests.length} requests left\n`)
  }))
})
