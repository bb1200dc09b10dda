import { eventTypes } from './event-types.ts'
import { overlapHours } from './webhooks.input.ts'

/** A receiver's check in Node.js, without a library; a test runs it. */
export const verifySample = `import { createHmac, timingSafeEqual } from 'node:crypto'

// secret: whsec_… as it was shown. body: the bytes of the request as they came, not parsed and written anew.
export function isFromHomeroom(secret, headers, body) {
  const seconds = Number(headers['webhook-timestamp'])
  if (!(Math.abs(Date.now() / 1000 - seconds) < 300))
    return false // old, or from a clock that is wrong: somebody may be repeating what they overheard
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const expected = createHmac('sha256', key).update(\`\${headers['webhook-id']}.\${seconds}.\${body}\`).digest()
  // While a secret is being replaced there is a signature with each.
  return headers['webhook-signature'].split(' ').some((each) => {
    const [version, signature = ''] = each.split(',')
    const given = Buffer.from(signature, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
`

/** The same in Python, with its standard library alone. */
const verifySamplePython = `import base64
import hashlib
import hmac
import time


def is_from_homeroom(secret, headers, body):
    """secret: whsec_… as it was shown. body: the bytes of the request as they came."""
    seconds = headers.get("webhook-timestamp", "")
    if not seconds.isdigit() or abs(time.time() - int(seconds)) > 300:
        return False
    key = base64.b64decode(secret[len("whsec_"):])
    signed = f"{headers['webhook-id']}.{seconds}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, each) for each in headers["webhook-signature"].split())
`

/** What receivers need to know, with every kind of event. */
export function webhooksPage(): string {
  const rows = eventTypes.map(({ name, description }) => `| \`${name}\` | ${description} |`)
  const example = eventTypes.find(({ name }) => name === 'enrollment.created')!.example
  return `# Webhooks

A school's admin names an address under **Developer**, **Webhooks**, and chooses events. Homeroom then sends each of them there, moments after it happened, as [Standard Webhooks](https://www.standardwebhooks.com) describes: a POST of JSON over https. \`webhookEventTypes\` answers the catalogue below; \`createWebhookEndpoint\` and its neighbours in the schema do what the page does, for an ADMIN who is signed in. No API key can.

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

An event says which record changed and nothing of what is in it: only ids, the record's \`version\` after the change and \`changed\`, the number of the school's change. Read the record by its id with an API key.

- **At least once.** An event can come twice. \`webhook-id\` is the same each time: remember those you have had.
- **In no order.** Keep the \`version\` beside your copy of a record, and drop an event that is not newer. Since you read the record itself, the last one you read is right.
- **None for what did not happen.** Events are stored in the transaction of the change. One that is rolled back leaves none, and one that is committed loses none.
- **Not for ever.** What is not taken is tried again, up to ten times within about three days unless whoever runs Homeroom has set it otherwise; then it can be sent again from the page. An endpoint that is switched off is told nothing meanwhile: read what changed since your last change number.

Answer with a status from 200 to 299 as soon as you have stored the event, within 15 s. \`410\` switches the endpoint off. With \`429\` or \`503\` a \`Retry-After\` of up to an hour is kept. Redirects are not followed. An endpoint that takes nothing for days is switched off, and the school's admins get a mail.

## Verify the signature

Use a library of Standard Webhooks with the secret as it was shown, or this:

\`\`\`js
${verifySample}\`\`\`

In Python:

\`\`\`python
${verifySamplePython}\`\`\`

A new secret signs beside the old one for ${overlapHours.usual} hours, unless you choose otherwise: \`webhook-signature\` then holds two, with a space between them.

## Events

| event | what has happened |
|---|---|
${rows.join('\n')}
`
}
