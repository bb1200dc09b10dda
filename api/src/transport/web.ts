import type { FastifyInstance } from 'fastify'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import files from '@fastify/static'
import { answerNothing } from './refusals.ts'

// What programs ask for; a page there would tell them that they were answered.
const noPage = /^\/(?:graphql|exports|livez|readyz|metrics|api)(?:[/?]|$)/

/** Where nothing is written below, nothing is allowed. */
const policy = {
  'default-src': ['\'none\''],
  'script-src': ['\'self\''],
  'style-src': ['\'self\''],
  'img-src': ['\'self\'', 'data:'],
  'font-src': ['\'self\''],
  'connect-src': ['\'self\''],
  'manifest-src': ['\'self\''],
  'base-uri': ['\'none\''],
  'form-action': ['\'self\''],
  'frame-ancestors': ['\'none\''],
  'object-src': ['\'none\''],
}

/** The explorer's documents, the operator's and a school's: its editor writes its own styles. Scripts are ours alone there too. */
const explorers = new Map([['/explorer.html', '/console/explorer'], ['/key-explorer.html', '/settings/developer/explorer']])
const explorerPolicy = { ...policy, 'style-src': ['\'self\'', '\'unsafe-inline\''] }

/** Serves the built web client; every path that is not a file is the application's own. */
export async function serveWeb(server: FastifyInstance, root: string | undefined): Promise<void> {
  if (!root || !existsSync(join(root, 'index.html')))
    return void server.setNotFoundHandler(answerNothing)
  await server.register(async (scope) => {
    await scope.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: policy },
      referrerPolicy: { policy: 'same-origin' },
    })
    await scope.register(files, {
      root,
      index: ['index.html'],
      preCompressed: true,
      // A page of the documentation is a folder: without its slash, links in it would lead elsewhere.
      redirect: true,
      // Each under its own path only, with the policy that it needs.
      allowedPath: (path, _, request) => !explorers.has(path) || request.routeOptions.url === explorers.get(path),
      // Built files carry a hash in their name and never change; the page that names them always may.
      setHeaders(reply, path) {
        reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
        if (path.endsWith('.graphql'))
          reply.header('content-type', 'text/plain; charset=utf-8')
      },
    })
    for (const [file, path] of explorers)
      scope.get(path, { helmet: { contentSecurityPolicy: { useDefaults: false, directives: explorerPolicy } } }, (_, reply) => reply.sendFile(file.slice(1)))
    scope.setNotFoundHandler((request, reply) => {
      const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html') && !noPage.test(request.url)
      return wantsPage ? reply.code(200).sendFile('index.html') : answerNothing(request, reply)
    })
  })
}
