import type { Letter } from '../../mail/letter.ts'
import type { DisabledReason } from './disable.ts'
import { shortName } from '../../mail/letter.ts'

interface Disabled { readonly email: string, readonly school: string, readonly url: string, readonly reason: DisabledReason, readonly since: Date | null }

/** Tells an ADMIN that an endpoint is told nothing any more. One that works again meanwhile is no news. */
const webhookDisabled: Letter = {
  kind: 'WEBHOOK_DISABLED',
  async write({ query, link }, { id, tenantId, about }) {
    const [disabled] = await query<Disabled>(`
      select a.email, t.name as school, e.url, e.disabled_reason as reason, e.failing_since as since
      from platform.webhook_endpoint e join platform.tenant t on t.id = e.tenant_id
        join platform.membership m on m.tenant_id = t.id and m.role = 'ADMIN' join platform.account a on a.id = m.account_id and a.disabled_at is null
      where a.id = $1 and t.id = $2 and e.id = $3 and t.lifecycle = 'ACTIVE' and e.deleted_at is null and e.disabled_reason in ('GONE', 'FAILING')`, [id, tenantId, about])
    if (!disabled || !tenantId)
      return undefined
    const host = new URL(disabled.url).host
    return {
      of: { tenantId },
      to: disabled.email,
      subject: `A webhook of ${shortName(disabled.school)} was switched off`,
      paragraphs: [
        disabled.reason === 'GONE'
          ? `The webhook to ${host} answered that it is gone for good (410). It is told nothing any more.`
          : `The webhook to ${host} has taken nothing since ${disabled.since?.toISOString().slice(0, 10) ?? 'days ago'}. It is told nothing any more.`,
        'Whatever listens there does not see what changes in the school until you switch the webhook on again. What it has missed can be sent again, or read.',
      ],
      button: { label: 'Look at the webhook', url: link('/settings/developer/webhooks') },
    }
  },
}

/** What webhooks write to people. */
export const webhooksLetters: readonly Letter[] = [webhookDisabled]
