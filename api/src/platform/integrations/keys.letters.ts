import type { Letter } from '../../mail/letter.ts'
import { shortName } from '../../mail/letter.ts'

interface Made {
  readonly email: string
  readonly school: string
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly at: Date
  readonly address: string | null
  readonly maker: string | null
  readonly oldPrefix: string | null
  readonly oldUntil: Date | null
}

const minute = (at: Date) => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Tells an ADMIN that a key was made, or one put in the place of another: whoever did it may not be who they say. The key itself is in no mail. */
const apiKeyMade: Letter = {
  kind: 'API_KEY_MADE',
  async write({ query, link }, { id, tenantId, about }) {
    const [made] = await query<Made>(`
      select a.email, t.name as school, k.name, k.prefix, k.scopes, k.created_at as at, k.created_address as address,
        (select m.name from platform.account m where m.id = k.created_by) as maker, o.prefix as "oldPrefix", o.expires_at as "oldUntil"
      from platform.api_key k join platform.tenant t on t.id = k.tenant_id left join platform.api_key o on o.replaced_by = k.id
        join platform.membership m on m.tenant_id = t.id and m.role = 'ADMIN' join platform.account a on a.id = m.account_id and a.disabled_at is null
      where a.id = $1 and t.id = $2 and k.id = $3 and t.lifecycle = 'ACTIVE'`, [id, tenantId, about])
    if (!made || !tenantId)
      return undefined
    const school = shortName(made.school)
    const [name, maker] = [shortName(made.name), made.maker ? shortName(made.maker) : 'Somebody whose account is gone']
    return {
      of: { tenantId },
      to: made.email,
      subject: made.oldPrefix ? `An API key of ${school} was replaced` : `A new API key of ${school}`,
      paragraphs: [
        `${maker} ${made.oldPrefix ? `put a new API key in the place of ${made.oldPrefix}…` : 'made an API key'} for ${school} on ${minute(made.at)}${made.address ? `, from the network address ${made.address}` : ''}.`,
        `It is called “${name}”, begins with ${made.prefix} and may do this: ${made.scopes.length > 0 ? made.scopes.join(', ') : 'nothing of the school'}.`,
        ...made.oldUntil ? [`The old key works until ${minute(made.oldUntil)}.`] : [],
        'If that was meant, there is nothing to do. If not, revoke the key at once: open the page below, find the key by its beginning, and choose Revoke in its menu. Then have the password of whoever made it changed.',
      ],
      button: { label: 'Look at the keys', url: link('/settings/developer') },
    }
  },
}

/** What integrations writes to people. */
export const integrationsLetters: readonly Letter[] = [apiKeyMade]
