import type { IncomingHttpHeaders } from 'node:http'
import type { HostileRequest } from './hostile-inputs.ts'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface Heard {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Sends a request as it is, header by header, and hears the answer. `fetch` would mend half of them. */
export function knock(base: string, { method = 'POST', path = '/graphql', headers = ['content-type', 'application/json'], body = '' }: HostileRequest): Promise<Heard> {
  const { hostname, port, host } = new URL(base)
  const length = ['GET', 'TRACE', 'OPTIONS'].includes(method) ? [] : ['content-length', String(Buffer.byteLength(body))]
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, agent: false, headers: [...(headers.includes('host') ? [] : ['host', host]), ...headers, ...length] }, (response) => {
      text(response).then(said => resolve({ status: response.statusCode!, headers: response.headers, body: said }), reject)
    })
    sent.on('error', reject)
    sent.end(length.length > 0 ? body : undefined)
  })
}

// What errors must not tell: stacks, paths, SQL, names inside the database, guesses at what was meant.
export const inside = /\bat \w[.\w]* \(|node_modules|\/work\/|\.[jt]s:\d|Did you mean|\bselect \S+ from\b|syntax error at|pg_catalog|platform\.\w|\bt_[0-9a-f]{32}\b|Maximum call stack|[Ff]astify|FST_|Apollo Server/

/** The code of a refusal, after seeing that it is one in GraphQL's shape, short, named, and tells nothing of the inside. */
export function refusalCode({ status, headers, body }: Heard): string {
  const { errors } = JSON.parse(body) as { errors: { message: string, extensions: { code: string, requestId: string } }[] }
  const wrong = [
    ...(inside.exec(body) ?? []),
    ...errors.filter(({ extensions }) => extensions.requestId !== headers['x-request-id']).map(() => 'no request id'),
    ...(body.length > 4_000 ? [`${body.length} bytes`] : []),
    ...(headers['cache-control'] === 'no-store' ? [] : [`cache-control: ${headers['cache-control']}`]),
    ...(status >= 500 ? [`status ${status}`] : []),
  ]
  if (wrong.length > 0)
    throw new Error(`${wrong.join(', ')}: ${body.slice(0, 500)}`)
  return errors[0]!.extensions.code
}
