import type { AddressInfo } from 'node:net'
import type { Resolve } from './public-address.ts'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ExpectedError } from '../../shared/errors.ts'
import { checkUrl, readUrl } from './endpoint-url.ts'
import { openPost } from './post.ts'
import { isPublic } from './public-address.ts'

const never = new AbortController().signal
const answering = (...addresses: string[]): Resolve => async () => addresses

/** The code a URL is refused with, or what it is kept as. */
async function verdict(url: string, resolve: Resolve = answering('93.184.215.14')): Promise<string> {
  return checkUrl(url, { allowPrivate: false, resolve }).catch((error: unknown) => error instanceof ExpectedError ? error.fields![0]!.code : String(error))
}

describe('a URL is refused, and told what is wrong with it', () => {
  test.each([
    ['http://hooks.example.com/', 'URL_NOT_HTTPS'],
    ['file:///etc/passwd', 'URL_NOT_HTTPS'],
    ['gopher://hooks.example.com/', 'URL_NOT_HTTPS'],
    ['javascript:alert(1)', 'URL_NOT_HTTPS'],
    ['hooks.example.com', 'URL_INVALID'],
    ['', 'URL_INVALID'],
    ['https://', 'URL_INVALID'],
    ['https://hooks.exa\tmple.com/', 'URL_INVALID'],
    ['https://hooks.example.com/\n', 'https://hooks.example.com/'],
    ['https://user@hooks.example.com/', 'URL_WITH_CREDENTIALS'],
    ['https://user:secret@hooks.example.com/', 'URL_WITH_CREDENTIALS'],
    ['https://hooks.example.com:8443/', 'URL_PORT'],
    ['https://hooks.example.com:80/', 'URL_PORT'],
    ['https://hooks.example.com:443/x#y', 'https://hooks.example.com/x'],
    [`https://hooks.example.com/${'x'.repeat(2_000)}`, 'TOO_LONG'],
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '127.0.0.1.', '[::1]', '[::ffff:7f00:1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]', '10.0.0.1', '172.16.0.1', '192.168.1.1', '100.64.0.1', '169.254.169.254', '[fd00::1]', '[fd00:ec2::254]', '[fe80::1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001:db8::1]', '192.0.2.1', '224.0.0.1', '255.255.255.255', 'localhost', 'localhost.', 'LOCALHOST', 'homeroom.localhost', 'printer.local', 'metadata.google.internal', 'router.home.arpa', 'intranet', 'intranet.']
      .map(host => [`https://${host}/`, 'URL_PRIVATE'] as [string, string]),
  ])('%j: %s', async (url, answer) => {
    expect(await verdict(url)).toBe(answer)
  })

  test('also where its name leads there, by any of its addresses, or nowhere', async () => {
    expect(await verdict('https://hooks.example.com', answering('127.0.0.1'))).toBe('URL_PRIVATE')
    expect(await verdict('https://hooks.example.com', answering('93.184.215.14', '10.0.0.7'))).toBe('URL_PRIVATE')
    expect(await verdict('https://hooks.example.com', answering('93.184.215.14', '::ffff:a00:1'))).toBe('URL_PRIVATE')
    expect(await verdict('https://hooks.example.com', () => Promise.reject(new Error('ENOTFOUND')))).toBe('URL_UNKNOWN_HOST')
    expect(await verdict('https://hooks.example.com', answering('93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c'))).toBe('https://hooks.example.com/')
    expect(await verdict('https://93.184.215.14/told')).toBe('https://93.184.215.14/told')
  })

  test('an address that is no address is not public', () => {
    expect(['', 'example.com', '999.1.1.1', '127.0.0.1 '].map(isPublic)).toEqual([false, false, false, false])
  })

  test('where private addresses are allowed, they are, and http is; nothing else', () => {
    expect(['http://127.0.0.1:8080/x', 'https://localhost/', 'file:///etc/passwd', 'http://user@localhost/'].map(url => JSON.stringify(readUrl(url, true)))).toEqual([
      '{"url":"http://127.0.0.1:8080/x"}',
      '{"url":"https://localhost/"}',
      '{"problem":"URL_NOT_HTTPS"}',
      '{"problem":"URL_WITH_CREDENTIALS"}',
    ])
  })
})

describe('sending', () => {
  let connections = 0
  const server = createServer((_, response) => void response.end('private')).on('connection', () => { connections += 1 })
  let port: number
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })

  const send = async (url: string, options: { allowPrivate?: boolean, resolve: Resolve }) => {
    const post = openPost({ timeoutMs: 2_000, allowPrivate: false, ...options })
    return post.send(url, {}, '{}', never).finally(post.close)
  }

  test('a name that leads elsewhere by the time something is sent reaches nobody there', async () => {
    let asked = 0
    // Public when the endpoint was made, private a moment later.
    const rebinding: Resolve = async () => [asked++ === 0 ? '93.184.215.14' : '127.0.0.1']
    expect(await verdict('https://rebinding.example/', rebinding)).toBe('https://rebinding.example/')
    expect(await send('https://rebinding.example/', { resolve: rebinding })).toMatchObject({ status: null, error: 'The name leads to an address that is not on the public internet.' })
    expect(asked).toBe(2)
    expect(connections).toBe(0)
  })

  test('the connection goes to the address that was checked: nobody asks for it once more', async () => {
    let asked = 0
    const once: Resolve = async () => [asked++ === 0 ? '127.0.0.1' : '192.0.2.1']
    expect(await send(`http://some.example:${port}/`, { allowPrivate: true, resolve: once })).toMatchObject({ status: 200, answer: 'private' })
    expect(asked).toBe(1)
    expect(connections).toBe(1)
  })

  test('what was stored is looked at once more: an address in it is never looked up', async () => {
    const before = connections
    expect(await send(`https://127.0.0.1:${port}/`, { resolve: answering() })).toMatchObject({ status: null, error: 'Only port 443 is allowed.' })
    expect(await send('https://[::ffff:7f00:1]/', { resolve: answering() })).toMatchObject({ status: null, error: 'The URL leads to an address that is not on the public internet.' })
    expect(connections).toBe(before)
  })
})
