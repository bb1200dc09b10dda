import type { MailJob, MailKind } from './mail.job.ts'

/** What a room knows of one kind of mail: to whom it goes and what it says. */
export interface Letter {
  readonly kind: MailKind
  /** Reads what the mail is about, as it is now; undefined where there is nothing to send any more. */
  readonly write: (desk: Desk, job: MailJob) => Promise<Draft | undefined>
}

/** What a letter is written with. */
export interface Desk {
  /** One statement as owner, committed at once: a link works before its mail arrives, and no row is locked while a mail server thinks. */
  readonly query: <Row = Record<string, unknown>>(text: string, values: readonly unknown[]) => Promise<Row[]>
  /** A new secret for a link, 43 characters, and its SHA-256: only that is ever stored. */
  readonly newSecret: () => LinkSecret
  /** A page of ours. The secret goes into the fragment, which reaches no server, no log and no Referer. */
  readonly link: (page: `/${string}`, secret?: string) => string
}

export interface LinkSecret { readonly secret: string, readonly hash: Buffer }

/** A mail in words. Plain text: signs that mean something in HTML are escaped when it is sent. */
export interface Draft {
  /** Whose mail it is: of a test school nothing is sent. An account's own mails are no school's. */
  readonly of: { readonly tenantId: string } | 'account'
  /** The address alone: a name comes from whoever typed it. */
  readonly to: string
  readonly subject: string
  readonly paragraphs: readonly string[]
  readonly button?: { readonly label: string, readonly url: string }
  /** What is said below the button. */
  readonly closing?: readonly string[]
}

/** A name somebody chose, fit for a line of a mail: one line, in NFC, at most 80 characters. */
export function shortName(name: string): string {
  const text = [...oneLine(name)]
  return text.length <= 80 ? text.join('') : `${text.slice(0, 79).join('')}…`
}

/** Without line ends and other controls: a subject is one header. */
export function oneLine(text: string): string {
  return text.normalize('NFC').replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** The draft as plain text. */
export function asText({ paragraphs, button, closing = [] }: Draft): string {
  return ['Hello,', ...paragraphs, ...(button ? [`${button.label}:\n${button.url}`] : []), ...closing, signature].join('\n\n')
}

/** The draft as a plain page, without anything loaded from elsewhere. */
export function asHtml({ paragraphs, button, closing = [] }: Draft): string {
  const said = (text: string) => `<p>${escapeHtml(text)}</p>`
  const link = button && `<p><a href="${escapeHtml(button.url)}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#15603a;color:#ffffff;text-decoration:none">${escapeHtml(button.label)}</a></p>
<p style="font-size:13px">Or open this address:<br><a href="${escapeHtml(button.url)}" style="color:#15603a;word-break:break-all">${escapeHtml(button.url)}</a></p>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Homeroom</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif;color:#1c1917;background:#ffffff">
${[said('Hello,'), ...paragraphs.map(said), link, ...closing.map(said), said(signature)].filter(Boolean).join('\n')}
</body></html>
`
}

const signature = 'Homeroom'

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' }
  return text.replace(/[&<>"']/g, sign => names[sign]!)
}
