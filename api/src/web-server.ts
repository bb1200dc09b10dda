import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import closeWithGrace from 'close-with-grace'
import { z } from 'zod'
import { environment, proxies } from './config.ts'
import { createLog } from './shared/log.ts'
import { openWebProxy } from './transport/web-proxy.ts'

// The service `web` of docker-compose.yml.
const settings = z.object({ API_URL: z.url(), PORT: z.coerce.number().default(8080), HOST: z.string().default('127.0.0.1'), TRUSTED_PROXIES: proxies.default([]) }).parse(environment())
const server = await openWebProxy({ log: createLog('info'), apiUrl: settings.API_URL, trustedProxies: settings.TRUSTED_PROXIES, webRoot: join(dirname(fileURLToPath(import.meta.url)), '../../../web/dist') })
closeWithGrace({ delay: 10_000, logger: false }, () => server.close())
process.stdout.write(`Homeroom's web client is at ${await server.listen({ port: settings.PORT, host: settings.HOST })}\n`)
