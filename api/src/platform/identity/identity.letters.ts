import type { Draft, Letter } from '../../mail/letter.ts'
import { linkHours } from './account-token.ts'

/** The person an account's mail goes to; a disabled account gets none. */
const recipient = 'select email, email_verified_at is not null as verified from platform.account where id = $1 and disabled_at is null'

/** Stores a new link's hash and answers whose it is. What has long expired goes on that occasion. */
const newLink = `
  with expired as (
    delete from platform.account_token where account_id = $1 and expires_at < now() - interval '7 days'
  )
  insert into platform.account_token (id, account_id, kind, token_hash, expires_at)
  select gen_random_uuid(), id, $2, $3, now() + make_interval(hours => $4)
  from platform.account where id = $1 and disabled_at is null and ($2 <> 'EMAIL_VERIFICATION' or email_verified_at is null)
  returning (select email from platform.account where id = account_id) as email`

const passwordReset: Letter = {
  kind: 'PASSWORD_RESET',
  async write({ query, newSecret, link }, { id }) {
    const { secret, hash } = newSecret()
    const [account] = await query<{ email: string }>(newLink, [id, 'PASSWORD_RESET', hash, linkHours.PASSWORD_RESET])
    return account && {
      of: 'account',
      to: account.email,
      subject: 'Choose a new password',
      paragraphs: ['Somebody, probably you, asked for a new password for the Homeroom account with this e-mail address.'],
      button: { label: 'Choose a new password', url: link('/reset-password', secret) },
      closing: ['The link works once, for one hour. If you did not ask, there is nothing to do: your password stays as it is.'],
    }
  },
}

const emailVerification: Letter = {
  kind: 'EMAIL_VERIFICATION',
  async write({ query, newSecret, link }, { id }) {
    const { secret, hash } = newSecret()
    const [account] = await query<{ email: string }>(newLink, [id, 'EMAIL_VERIFICATION', hash, linkHours.EMAIL_VERIFICATION])
    return account && {
      of: 'account',
      to: account.email,
      subject: 'Confirm your e-mail address',
      paragraphs: ['A Homeroom account was made with this e-mail address. Please confirm that it is yours.'],
      button: { label: 'Confirm this address', url: link('/verify-email', secret) },
      closing: [`The link works for three days. If the account is not yours, choose a new password for it at ${link('/forgot-password')}: that ends every session of whoever made it.`],
    }
  },
}

/** Tells the owner about a change that they may not have made. */
function notice(kind: Letter['kind'], words: Pick<Draft, 'subject' | 'paragraphs'>): Letter {
  return {
    kind,
    async write({ query, link }, { id }) {
      const [account] = await query<{ email: string }>(recipient, [id])
      return account && { of: 'account', to: account.email, ...words, closing: [`If this was not you, choose a new password now: ${link('/forgot-password')}`] }
    },
  }
}

/** What identity writes to people. */
export const identityLetters: readonly Letter[] = [
  passwordReset,
  emailVerification,
  notice('PASSWORD_CHANGED', { subject: 'Your password was changed', paragraphs: ['The password of your Homeroom account was changed, and its other sessions were ended.'] }),
  notice('SECOND_FACTOR_CHANGED', { subject: 'Your second factor was changed', paragraphs: ['The authenticator of your Homeroom account was set up or removed, and its other sessions were ended.'] }),
]
