import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { senderReader } from './proxies.ts'

const sent = { 'host': 'own.test', 'x-forwarded-host': 'forged.test, named.test', 'x-forwarded-for': '203.0.113.9' }
const from = (remoteAddress: string) => ({ socket: { remoteAddress }, connection: { remoteAddress }, headers: sent }) as unknown as IncomingMessage

test.each([
  ['nobody is trusted', [], '192.0.2.1', { address: '192.0.2.1', host: 'own.test' }],
  ['another is trusted', ['10.0.0.0/8'], '192.0.2.1', { address: '192.0.2.1', host: 'own.test' }],
  ['the peer is trusted', ['10.0.0.0/8'], '10.1.2.3', { address: '203.0.113.9', host: 'named.test' }],
])('forwarded headers count from configured proxies only: %s', (_, trusted, peer, sender) => {
  expect(senderReader(trusted)(from(peer))).toEqual(sender)
})
