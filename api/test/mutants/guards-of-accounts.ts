import type { Guard } from './guard.ts'

const tokens = 'src/platform/identity/access-token.ts'
const inTokens = ['src/platform/identity/access-token.test.ts']
const sessions = 'src/platform/identity/sessions.service.ts'
const standings = 'src/platform/identity/live-sessions.ts'
const inSessions = ['src/platform/identity/identity.test.ts', 'src/platform/identity/session-end.test.ts', 'src/platform/identity/open-sessions.test.ts']

/**
 * Who people are: tokens, sessions, second factors, links and members. A token's algorithm, audience, end and tenant are
 * each checked twice (by the key, by jose, by the claims, by the database): no single one of these can be seen missing.
 */
export const accountGuards: readonly Guard[] = [
  { name: 'a token that is remembered ends', file: 'src/platform/identity/access-token.ts', guard: 'known && known.expiresAt.getTime() > Date.now()', without: 'known', tests: ['src/platform/identity/access-token.test.ts'] },
  { name: 'nobody joins a question that has been sent', file: 'src/shared/together.ts', guard: '    waiting = new Map()\n    try', without: '    await Promise.resolve()\n    try', tests: ['src/shared/together.test.ts'] },
  { name: 'a token is an access token', file: tokens, guard: '          typ: type,\n', without: '', tests: inTokens },
  { name: 'a token is ours', file: tokens, guard: '          issuer,\n', without: '', tests: inTokens },
  { name: 'a token is for its own account and tenant', file: sessions, guard: 'if (standing?.accountId !== accountId || (standing.kind === \'member\' ? standing.tenantId : null) !== tenantId)', without: 'if (!standing)', tests: [...inTokens, ...inSessions] },
  { name: 'a session that ended is over', file: standings, guard: 'where s.id = any($1) and s.revoked_at is null', without: 'where s.id = any($1)', tests: inSessions },
  { name: 'a disabled account is nobody', file: standings, guard: 'on a.id = s.account_id and a.disabled_at is null', without: 'on a.id = s.account_id', tests: inSessions },
  { name: 'a refresh token used twice ends its session', file: sessions, guard: '      await recordAll(db, await endSessions(db, session.accountId, { only: session.id }, \'REUSE\'), { actor: { kind: \'visitor\' }, requestId })\n', without: '', tests: inSessions },
  { name: 'a cookie ends its session with the right secret only', file: sessions, guard: '[{ id: presented.sessionId, refreshHash: digest(presented.secret) }]', without: '[{ id: presented.sessionId }]', tests: inSessions },
  { name: 'a wrong password opens nothing', file: 'src/platform/identity/proof.service.ts', guard: 'if (!account || !good || account.disabledAt)', without: 'if (!account || account.disabledAt)', tests: ['src/platform/identity/sign-in.test.ts', 'src/platform/identity/identity.test.ts'] },
  { name: 'unknown addresses cost a password\'s work', file: 'src/platform/identity/proof.service.ts', guard: 'const good = await passwordMatches(account?.passwordHash ?? await decoyHash(), claim.password)', without: 'const good = account !== null && await passwordMatches(account.passwordHash, claim.password)', tests: ['src/platform/identity/sign-in.test.ts'] },
  { name: 'a second factor is asked for', file: 'src/platform/identity/proof.service.ts', guard: 'if (code !== undefined && !await secondFactor.accept(db, account, code))', without: 'if (code !== undefined && !secondFactor)', tests: ['src/platform/identity/second-factor.test.ts'] },
  { name: 'a code is good once', file: 'src/platform/identity/second-factor.ts', guard: 'totp_last_step < ?)', without: 'totp_last_step <= ?)', tests: ['src/platform/identity/sign-in.test.ts'] },
  { name: 'a link works once', file: 'src/platform/identity/account-token.ts', guard: 'where account_id = ? and kind = ? and used_at is null and expires_at > now() returning token_hash', without: 'where account_id = ? and kind = ? and expires_at > now() returning token_hash', tests: ['src/platform/identity/passwords.test.ts', 'src/platform/identity/emails.test.ts'] },
  { name: 'a reset ends every session', file: 'src/platform/identity/passwords.service.ts', guard: 'const ended = await endSessions(db, accountId, {}, \'PASSWORD_CHANGED\')', without: 'const ended = accountId === \'\' ? await endSessions(db, accountId, {}, \'PASSWORD_CHANGED\') : []', tests: ['src/platform/identity/passwords.test.ts'] },
  { name: 'one ends one\'s own sessions only', file: 'src/platform/identity/end-sessions.ts', guard: 'where account_id = ? and revoked_at is null', without: 'where (account_id = ? or true) and revoked_at is null', tests: inSessions },
  { name: 'the last admin stays', file: 'src/platform/members/members.service.ts', guard: 'if (membership.role === \'ADMIN\' && newRole !== \'ADMIN\' &&', without: 'if (membership.id === \'\' && newRole !== \'ADMIN\' &&', tests: ['src/platform/members/members.test.ts'] },
  { name: 'admins who act on each other take turns', file: 'src/platform/members/members.service.ts', guard: 'where id = ? for no key update\'', without: 'where id = ?\'', tests: ['src/platform/members/members.test.ts'] },
  { name: 'an admin manages the own school\'s members', file: 'src/platform/members/members.service.ts', guard: 'db.findOne(Membership, { id, tenantId })', without: 'db.findOne(Membership, { id })', tests: ['src/platform/members/members.test.ts', 'test/isolation/foreign-ids.test.ts'] },
]
