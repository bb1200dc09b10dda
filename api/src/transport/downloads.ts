import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Download } from '../access/download.ts'
import type { RequestContext } from '../access/request-context.ts'
import { Readable } from 'node:stream'
import { apiHeaders } from './refusals.ts'

/** Who asks for a file, and the file or why it is refused. */
export type FindDownload = (context: RequestContext, id: string) => Promise<Download>

/**
 * `GET /exports/:id`: a file for who may have it, asked for with an access token like everything else. No link opens it, so
 * none can be passed on, kept in a history or logged.
 */
export function serveDownloads(server: FastifyInstance, options: { readonly enter: (request: FastifyRequest, reply: FastifyReply) => Promise<RequestContext>, readonly findExport: FindDownload }): void {
  server.get<{ Params: { id: string } }>('/exports/:id', { exposeHeadRoute: false }, async (request, reply) => {
    const { name, size, sha256, bytes } = await options.findExport(await options.enter(request, reply), request.params.id)
    return reply.headers({
      ...apiHeaders,
      'content-type': 'application/zip',
      'content-length': size,
      'content-disposition': `attachment; filename="${name}"`,
      'repr-digest': `sha-256=:${sha256.toString('base64')}:`,
    }).send(Readable.from(bytes, { objectMode: false }))
  })
}
