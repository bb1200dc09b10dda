import type { ConfigError } from './config.ts'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig, publicUrl } from './config.ts'

function mistakes(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env)
    return []
  }
  catch (error) {
    return (error as ConfigError).mistakes
  }
}

test('without an environment everything has its default', () => {
  expect(loadConfig({})).toMatchObject({ port: 4000, host: '127.0.0.1', process: 'all', databaseUrl: undefined, rateLimits: true, logins: {} })
})

test('an empty value means unset', () => {
  expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 4000, databaseUrl: undefined })
})

test('every mistake is listed at once', () => {
  expect(mistakes({ PORT: '70000', DATABASE_URL: 'mysql://x', PROCESS: 'both', RATE_LIMITS: 'maybe', BASE_URL: 'ftp://x' }).map(line => line.split(':')[0]).sort())
    .toEqual(['BASE_URL', 'DATABASE_URL', 'PORT', 'PROCESS', 'RATE_LIMITS'])
})

test('a secret may come from a file, but not from two places', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'homeroom-config-')), 'url')
  writeFileSync(path, 'postgres://a:b@localhost/c\n')
  expect(loadConfig({ DATABASE_URL_FILE: path }).databaseUrl).toBe('postgres://a:b@localhost/c')
  expect(mistakes({ DATABASE_URL_FILE: path, DATABASE_URL: 'postgres://x/y' })).toEqual(['DATABASE_URL and DATABASE_URL_FILE are both set: give one.'])
  expect(mistakes({ DATABASE_URL_FILE: '/nowhere/at/all' })).toEqual(['DATABASE_URL_FILE: /nowhere/at/all cannot be read.'])
})

test('logins given one by one must be complete for what the process does; an api needs no owner', () => {
  const request = { REQUEST_DATABASE_URL: 'postgres://r@h/d', LISTENER_DATABASE_URL: 'postgres://l@h/d' }
  expect(mistakes({ ...request, PROCESS: 'api' })).toEqual([])
  expect(mistakes({ ...request, PROCESS: 'worker' })[0]).toMatch(/^OWNER_DATABASE_URL: needed/)
  // The administrator's URL does not stand in for one that is missing.
  expect(mistakes({ ...request, DATABASE_URL: 'postgres://a@h/d' })[0]).toMatch(/^OWNER_DATABASE_URL: needed/)
})

test('a token for the metrics that could be guessed is a mistake', () => {
  expect(mistakes({ METRICS_TOKEN: 'short' })).toEqual(['METRICS_TOKEN: must have at least 16 characters'])
})

test.each(['true', '10.0.0.0/99', 'proxy.example', '*'])('TRUSTED_PROXIES %j is a mistake', (value) => {
  expect(mistakes({ TRUSTED_PROXIES: value })[0]).toMatch(/^TRUSTED_PROXIES: /)
  expect(loadConfig({ TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' }).trustedProxies).toEqual(['loopback', '10.0.0.0/8'])
})

test('SECRET_KEY is 32 bytes in base64', () => {
  const key = Buffer.alloc(32, 1).toString('base64')
  expect(loadConfig({ SECRET_KEY: key }).secretKey).toBe(key)
  for (const wrong of ['short', Buffer.alloc(31).toString('base64'), Buffer.alloc(33).toString('base64'), `${key}!`, 'a password that is thirty-two char'])
    expect(mistakes({ SECRET_KEY: wrong })[0]).toMatch(/^SECRET_KEY: must be 32 random bytes/)
})

test('a mail server needs somebody whom mails come from, on one line', () => {
  expect(mistakes({ SMTP_URL: 'smtp://mail.example' })).toEqual(['MAIL_FROM: needed beside SMTP_URL: whom mails come from.'])
  expect(mistakes({ SMTP_URL: 'http://mail.example', MAIL_FROM: 'a@b.example\r\nBcc: c@d.example' }).map(line => line.split(':')[0]).sort()).toEqual(['MAIL_FROM', 'SMTP_URL'])
  expect(loadConfig({ SMTP_URL: 'smtps://user:secret@mail.example:465', MAIL_FROM: 'Homeroom <a@b.example>' })).toMatchObject({ smtpUrl: 'smtps://user:secret@mail.example:465', mailFrom: 'Homeroom <a@b.example>' })
})

test.each([
  [{ BASE_URL: 'https://homeroom.example/' }, 'https://homeroom.example'],
  [{}, 'http://127.0.0.1:4000'],
  [{ HOST: '0.0.0.0', PORT: '8080' }, 'http://localhost:8080'],
  [{ HOST: '::1' }, 'http://[::1]:4000'],
])('links lead to where %j says', (env, url) => {
  expect(publicUrl(loadConfig(env))).toBe(url)
})
