import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { newSigningKey } from './platform/identity/room.ts'

/**
 * Fills a folder with what a deployment keeps secret, once: a password and URL for the administrator and each login,
 * and the key that signs access tokens. What is there stays as it is. `make-secrets FOLDER [HOST] [DATABASE]`
 */
const [folder, host = 'postgres', database = 'homeroom'] = process.argv.slice(2)
if (!folder) {
  process.stderr.write('Say where: make-secrets FOLDER [HOST] [DATABASE]\n')
  process.exit(1)
}
mkdirSync(folder, { recursive: true })
chmodSync(folder, 0o755) // each container reads its own files under its own account

function keep(name: string, make: () => string): void {
  const path = join(folder!, name)
  if (!existsSync(path))
    writeFileSync(path, make(), { mode: 0o644 })
}
const secret = () => randomBytes(24).toString('base64url')
const password = secret()
if (!existsSync(join(folder, 'database-url'))) {
  keep('postgres-password', () => password)
  keep('database-url', () => `postgres://postgres:${password}@${host}/${database}`)
}
for (const login of ['owner', 'request', 'listener'])
  keep(`${login}-url`, () => `postgres://${database}_${login}:${secret()}@${host}/${database}`)
keep('jwt-private-key.pem', newSigningKey)
