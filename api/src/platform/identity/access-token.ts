import type { KeyObject } from 'node:crypto'
import type { MemberRole } from '../../access/principal.ts'
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { memberRoles } from '../../access/principal.ts'
import { Unauthenticated } from '../../shared/errors.ts'
import { keptFile } from '../../shared/kept-file.ts'

const issuer = 'homeroom'
const audience = 'homeroom-api'
const type = 'at+jwt' // RFC 9068: no other kind of token is taken for an access token
const algorithm = 'EdDSA'
const lifetimeSeconds = 10 * 60

/**
 * Tokens whose signature is not checked again while they last, some 700 bytes each. It is what a token says that is
 * remembered; whether its session still stands is asked of the database each time.
 */
const mostRemembered = 5_000

const common = {
  sub: z.uuid(),
  sid: z.uuid(),
  aud: z.literal(audience), // a list of audiences is refused
  iat: z.int(),
  exp: z.int(),
}
// Who belongs to a school names it; only the operator's people belong to none.
const claims = z.union([
  z.object({ ...common, tid: z.uuid(), role: z.enum(memberRoles) }),
  z.object({ ...common, tid: z.undefined().optional(), role: z.literal('SUPERADMIN') }),
])

export interface AccessClaims {
  readonly accountId: string
  readonly sessionId: string
  /** Null for a superadmin only. */
  readonly tenantId: string | null
  readonly role: MemberRole | 'SUPERADMIN'
  readonly expiresAt: Date
}

/** Signs and checks the short-lived tokens that name account, session, tenant and role. */
export interface AccessTokens {
  sign: (subject: Omit<AccessClaims, 'expiresAt'>) => Promise<{ token: string, expiresAt: Date }>
  /** The claims of a good token; UNAUTHENTICATED for every other string. */
  verify: (token: string) => Promise<AccessClaims>
}

export function openAccessTokens(privateKeyPem: string): AccessTokens {
  const privateKey = createPrivateKey(privateKeyPem)
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new Error('JWT_PRIVATE_KEY must be an Ed25519 private key (PKCS #8 PEM): openssl genpkey -algorithm ed25519')
  const publicKey = createPublicKey(privateKey)
  const keyId = thumbprint(publicKey)
  const remembered = new Map<string, AccessClaims>()
  return {
    async sign(subject) {
      const now = Math.floor(Date.now() / 1000)
      const expires = now + lifetimeSeconds
      const token = await new SignJWT({ sid: subject.sessionId, ...(subject.tenantId && { tid: subject.tenantId }), role: subject.role })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(subject.accountId)
        .setJti(crypto.randomUUID())
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(expires)
        .sign(privateKey)
      return { token, expiresAt: new Date(expires * 1000) }
    },
    async verify(token) {
      const known = remembered.get(token)
      if (known && known.expiresAt.getTime() > Date.now())
        return known
      try {
        const { payload, protectedHeader } = await jwtVerify(token, publicKey, {
          algorithms: [algorithm],
          issuer,
          audience,
          typ: type,
          requiredClaims: ['sub', 'sid', 'role', 'jti', 'iat', 'nbf', 'exp'],
          clockTolerance: 5,
          maxTokenAge: lifetimeSeconds,
        })
        if (protectedHeader.kid !== keyId)
          throw new Unauthenticated('This token is not valid.')
        const { sub, sid, tid, role, iat, exp } = claims.parse(payload)
        if (exp - iat > lifetimeSeconds)
          throw new Unauthenticated('This token is not valid.')
        const found: AccessClaims = Object.freeze({ accountId: sub, sessionId: sid, tenantId: tid ?? null, role, expiresAt: new Date(exp * 1000) })
        remembered.set(token, found)
        // All live equally long: who came first ends first.
        if (remembered.size > mostRemembered)
          remembered.delete(remembered.keys().next().value!)
        return found
      }
      catch (error) {
        // jose throws a TypeError where key and algorithm do not fit: still a bad token, not our fault.
        const expired = error instanceof errors.JWTExpired
        throw new Unauthenticated(expired ? 'This session has expired.' : 'This token is not valid.', { cause: error })
      }
    },
  }
}

/** An Ed25519 private key in PKCS #8 PEM. */
export function newSigningKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

/** The key kept in `dataDir`, made at the first start. */
export function keepSigningKey(dataDir: string): string {
  return keptFile(join(dataDir, 'jwt-private-key.pem'), newSigningKey)
}

function thumbprint(key: KeyObject): string {
  return createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64url').slice(0, 16)
}
