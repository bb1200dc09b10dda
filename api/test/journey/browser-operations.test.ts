import type { TestBrowser, WatchedPage } from '../harness/browser.ts'
import type { TestHomeroom } from '../harness/homeroom.ts'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../harness/browser-accessible.ts'
import { asOperator } from '../harness/browser-operator.ts'
import { looks, misdeeds, webRoot } from '../harness/browser-people.ts'
import { openBrowser } from '../harness/browser.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { openSuperadmin } from '../harness/superadmin.ts'

let browser: TestBrowser
let homeroom: TestHomeroom

beforeAll(async () => {
  browser = await openBrowser()
  homeroom = await openHomeroom({ webRoot, worker: false, config: { keepDays: { deletedSchools: 0, exports: 7, sessions: 30, invitations: 90, attempts: 365, rollouts: 365, tombstones: 90, webhooks: 30, apiRequests: 30, apiKeys: 365 } } })
})
afterAll(async () => {
  await homeroom?.stop()
  await browser?.close()
})

const sql = <Row>(text: string, values?: unknown[]) => homeroom.database.sql<Row>(text, values)

async function plant(queue: string, state: string, { data = {}, key = randomUUID(), output }: { data?: object, key?: string, output?: object } = {}): Promise<string> {
  const [row] = await sql<{ id: string }>(`
    insert into pgboss.job (name, state, data, singleton_key, policy, output, start_after, retry_count, retry_limit, started_on, completed_on)
    values ($1, $2::pgboss.job_state, $3, $4, 'exclusive', $5, case when $2 = 'failed' then now() - interval '1 hour' else now() + interval '1 hour' end, case when $2 = 'failed' then 2 else 0 end, 2, case when $2 <> 'created' then now() end, case when $2::pgboss.job_state >= 'completed' then now() end) returning id`, [queue, state, data, key, output ?? null])
  return row!.id
}

describe.each(looks)('%s', (look, options) => {
  const name = look.startsWith('phone') ? 'phone' : 'desktop'

  async function open(path: string): Promise<WatchedPage> {
    const page = await browser.newPage({ baseURL: homeroom.api.url, ...options })
    await asOperator(page, homeroom.api.url, await openSuperadmin(homeroom, `Olive ${name} ${randomUUID().slice(0, 8)}`))
    await page.goto(path)
    return page
  }
  const short = (id: string) => id.slice(0, 8)

  test('an alert is shown and counted, with what to do, and gone when its cause is; without a worker nobody claims that all is well', async () => {
    const page = await open('/console/alerts')
    await sql('delete from platform.alert_look')
    await page.reload()
    await page.getByText('No worker has looked yet.').waitFor()
    await page.getByRole('link', { name: /^Alerts.*nobody is looking$/ }).waitFor()
    await expectAccessible(page)

    const failed = await plant('tidy', 'failed')
    const first = await homeroom.startWorker()
    await expect.poll(() => sql('select name from platform.alert'), { interval: 50 }).toEqual([{ name: 'DeadLetters' }])
    await page.reload()
    await page.getByRole('heading', { name: 'Work was given up' }).waitFor()
    await page.getByText('Jobs were given up within the last hour: 1 of tidy.').waitFor()
    await page.getByText('Look why, mend the cause, then try it again.').waitFor()
    await page.getByRole('link', { name: /^Alerts.*one now$/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'To the jobs' }).click()
    await page.waitForURL('**/console/jobs?state=FAILED')
    await page.getByRole('button', { name: `Try again: Housekeeping ${short(failed)}` }).waitFor()

    await page.goBack()
    await first.stop()
    await sql('delete from pgboss.job where id = $1', [failed])
    const second = await homeroom.startWorker()
    // Nobody reloads: the page asks by itself.
    await page.getByRole('heading', { name: 'Nothing needs you now' }).waitFor()
    await page.getByRole('link', { name: 'Alerts', exact: true }).waitFor()
    await expectAccessible(page)
    await second.stop()
    expect(misdeeds(page)).toEqual([])
  })

  test('a job that was given up is tried again, one that waits is taken back, and what cannot be done is said in words', async () => {
    const page = await open('/console/jobs')
    await page.getByRole('heading', { name: 'No job was given up' }).waitFor()
    await expectAccessible(page)

    const { accountId, email } = await openSuperadmin(homeroom, `Late ${name}`)
    const mail = await plant('send-mail', 'failed', { data: { kind: 'PASSWORD_CHANGED', id: accountId, email }, output: { message: `no answer from ${email}` } })
    const preparation = await plant('prepare-tenant', 'failed', { data: { tenantId: randomUUID() } })
    const waiting = await plant('alert-webhook', 'created', { data: { type: 'alert.firing', id: randomUUID() } })
    const worker = await homeroom.startWorker()
    await page.getByRole('button', { name: `Details of job ${short(mail)}` }).click()
    await page.getByText('no answer from …').waitFor()
    await page.getByText('"email": "…"').waitFor()
    expect(await page.getByText(email).count()).toBe(0)
    await page.getByText('A preparation is tried again on the school’s page.').waitFor()
    await expectAccessible(page)

    const arrives = homeroom.mailbox.next(email, /Your password was changed/)
    await page.getByRole('button', { name: `Try again: Mail · Password changed ${short(mail)}` }).click()
    await page.getByRole('dialog').getByText('a worker takes it at once').waitFor()
    await expectAccessible(page)
    await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click()
    await page.getByText('It is tried again.').first().waitFor()
    await arrives
    await page.getByRole('button', { name: `Details of job ${short(mail)}` }).or(page.getByRole('button', { name: `Hide details of job ${short(mail)}` })).waitFor({ state: 'detached' })

    // Of another queue, and in another state: the address says so.
    await page.getByRole('link', { name: 'Alert webhook' }).click()
    await page.waitForURL('**/console/jobs?queue=alert-webhook&state=WAITING')
    await page.reload()
    await page.getByRole('button', { name: `Take back: Alert webhook · Alert began ${short(waiting)}` }).click()
    await page.getByRole('dialog').getByText('That cannot be undone.').waitFor()
    await sql('update pgboss.job set state = \'active\' where id = $1', [waiting])
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('dialog').getByText('Only a job that waits can be taken back, and this one has moved on.').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Leave it' }).click()
    await sql('update pgboss.job set state = \'created\' where id = $1', [waiting])
    await page.getByRole('button', { name: /^Take back: / }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click()
    await page.getByText('It was taken back.').first().waitFor()
    await page.getByRole('heading', { name: 'No job waits', exact: true }).waitFor()
    await worker.stop()
    await sql('delete from pgboss.job where id in ($1, $2, $3)', [mail, preparation, waiting])
    expect(misdeeds(page)).toEqual([])
  })

  test('jobs are paged by the address', async () => {
    for (let at = 0; at < 26; at += 1)
      await plant('alert-webhook', 'cancelled')
    const page = await open('/console/jobs?queue=alert-webhook&state=CANCELLED')
    await page.getByText('26 jobs').waitFor()
    expect(await page.getByRole('button', { name: /^Details of job/ }).count()).toBe(25)
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect.poll(() => page.getByRole('button', { name: /^Details of job/ }).count()).toBe(1)
    await page.reload()
    await expect.poll(() => page.getByRole('button', { name: /^Details of job/ }).count()).toBe(1)
    expect(misdeeds(page)).toEqual([])
    await sql('delete from pgboss.job')
  })

  test('a deleted school is found by its receipt, and one that waits to be deleted is kept', async () => {
    const page = await open('/console/jobs')
    // A phone has no room for it beside the others.
    if (name === 'phone') {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Deleted' }).click()
    }
    else {
      await page.getByRole('link', { name: 'Deleted' }).click()
    }
    await page.waitForURL('**/console/receipts')
    await page.getByRole('heading', { name: 'Deleted schools' }).waitFor()
    await expectAccessible(page)

    const worker = await homeroom.startWorker()
    const { client } = await openSuperadmin(homeroom, `Deleting ${name}`)
    const [gone, kept] = [await homeroom.openSchool(`gone-${name}`), await homeroom.openSchool(`kept-${name}`)]
    const reason = 'The school asked for it in writing.'
    for (const { tenantId } of [gone, kept])
      await client.ask('mutation ($id: ID!, $reason: String!) { archiveTenant(tenantId: $id, reason: $reason) { id } }', { id: tenantId, reason })
    await client.ask('mutation ($id: ID!, $slug: String!, $reason: String!) { deleteTenant(tenantId: $id, slug: $slug, reason: $reason) { id } }', { id: gone.tenantId, slug: gone.slug, reason })
    await sql('update platform.tenant set lifecycle = \'DELETING\', delete_after = now() + interval \'130 hours\' where id = $1', [kept.tenantId])
    await expect.poll(() => sql('select from platform.deletion_receipt where slug = $1', [gone.slug]), { interval: 50 }).toHaveLength(1)

    await page.getByLabel('Find a deleted school').fill(`GONE-${name}`)
    await page.waitForURL(`**/console/receipts?q=GONE-${name}`)
    await page.reload()
    await page.getByRole('heading', { name: `School gone-${name}` }).waitFor()
    await page.getByText('1 receipt').waitFor()
    await page.getByText('The whole receipt').click()
    await page.getByRole('table', { name: `What went with School gone-${name}` }).getByRole('row', { name: /^Memberships platform\.membership 1$/ }).waitFor()
    await page.getByText(`Deleting ${name} <deleting.${name}@operator.example>`).waitFor()

    await page.getByText('in 5 days').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: `Keep School kept-${name}` }).click()
    await page.getByText('is kept. It is archived again.').first().waitFor()
    await page.getByRole('heading', { name: 'Waiting to be deleted' }).waitFor({ state: 'detached' })
    expect(await sql('select lifecycle from platform.tenant where id = $1', [kept.tenantId])).toEqual([{ lifecycle: 'ARCHIVED' }])

    await page.getByLabel('Find a deleted school').fill('nowhere at all')
    await page.getByRole('heading', { name: 'No deleted school for “nowhere at all”' }).waitFor()
    await page.getByRole('button', { name: 'Clear search' }).click()
    await page.getByRole('heading', { name: `School gone-${name}` }).waitFor()
    await worker.stop()
    expect(misdeeds(page)).toEqual([])
  })
})
