import type { Socket } from 'node:net'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { createLog } from '../../shared/log.ts'
import { StepWriter } from './step-writer.ts'

test('a database that falls silent holds preparations up for seconds, and the next write gets through', async () => {
  const homeroom = await openHomeroom({ worker: false })
  onTestFinished(() => homeroom.stop())
  const { tenantId } = await homeroom.signUp('oakfield')

  const target = new URL(homeroom.database.urls.owner)
  const pairs: (readonly [Socket, Socket])[] = []
  const wire = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    for (const socket of [near, far])
      socket.on('error', () => {})
    near.pipe(far).pipe(near)
    pairs.push([near, far])
  }).listen(0, '127.0.0.1')
  onTestFinished(() => {
    pairs.flat().forEach(socket => socket.destroy())
    wire.close()
  })
  await once(wire, 'listening')
  const { port } = wire.address() as { port: number }
  const writer = new StepWriter(Object.assign(new URL(target), { host: `127.0.0.1:${port}` }).href, createLog('silent'))

  const attempt = await writer.begin(tenantId, 1)
  for (const [near, far] of pairs) {
    near.unpipe(far).pause()
    far.unpipe(near).pause()
  }
  writer.step(attempt!, 0, 'create-role')
  await writer.drain()
  writer.step(attempt!, 1, 'create-schema')
  await writer.drain()
  expect(await homeroom.database.sql('select name from platform.preparation_step')).toEqual([{ name: 'create-schema' }])
  await writer.close()
})
