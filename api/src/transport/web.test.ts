import type { FastifyInstance } from 'fastify'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fastify } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLog } from '../shared/log.ts'
import { openWebProxy } from './web-proxy.ts'
import { serveWeb } from './web.ts'

const open: FastifyInstance[] = []
const urls: Record<string, string> = {}

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'homeroom-web-'))
  mkdirSync(join(root, 'assets'))
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>Homeroom</title>')
  writeFileSync(join(root, 'explorer.html'), '<!doctype html><title>Explorer</title>')
  writeFileSync(join(root, 'key-explorer.html'), '<!doctype html><title>Key explorer</title>')
  writeFileSync(join(root, 'assets/explorer-1.js'), 'void 0')
  const api = fastify()
  await serveWeb(api, root)
  for (const [name, server] of Object.entries({ 'the API': api, 'the web server': await openWebProxy({ apiUrl: 'http://127.0.0.1:1', webRoot: root, log: createLog('silent') }) })) {
    open.push(server)
    urls[name] = await server.listen({ port: 0, host: '127.0.0.1' })
  }
})
afterAll(() => Promise.all(open.map(server => server.close())))

const strict = 'default-src \'none\';script-src \'self\';style-src \'self\';img-src \'self\' data:;font-src \'self\';connect-src \'self\';manifest-src \'self\';base-uri \'none\';form-action \'self\';frame-ancestors \'none\';object-src \'none\''

describe.each(['the API', 'the web server'])('%s', (name) => {
  async function get(path: string) {
    const answer = await fetch(urls[name] + path, { headers: { accept: 'text/html' } })
    return { status: answer.status, policy: answer.headers.get('content-security-policy'), title: /<title>(.*)<\/title>/.exec(await answer.text())?.[1], cache: answer.headers.get('cache-control') }
  }

  test('the explorer\'s pages may write styles of its own, and nothing more than other pages', async () => {
    const policy = strict.replace('style-src \'self\'', 'style-src \'self\' \'unsafe-inline\'')
    for (const [path, title] of [['/console/explorer', 'Explorer'], ['/console/explorer?tenant=a', 'Explorer'], ['/settings/developer/explorer', 'Key explorer'], ['/settings/developer/explorer?key=a', 'Key explorer']] as const)
      expect(await get(path)).toEqual({ status: 200, policy, title, cache: 'no-cache' })
  })

  test.each(['/', '/index.html', '/console', '/console/', '/console/explorer/', '/console/explorer/more', '/console/Explorer', '/explorer', '/explorer.html', '/%65xplorer.html', '/key-explorer.html', '/settings/developer', '/settings/developer/explorer/', '/settings/developer/keys', '/sign-in'])('%s keeps the strict policy, and is not the explorer', async (path) => {
    expect(await get(path)).toEqual({ status: 200, policy: strict, title: 'Homeroom', cache: 'no-cache' })
  })

  test('its scripts are files like all others', async () => {
    expect(await get('/assets/explorer-1.js')).toMatchObject({ status: 200, policy: strict, cache: 'public, max-age=31536000, immutable' })
  })
})
