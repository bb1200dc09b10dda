import type { TestHomeroom } from '../harness/homeroom.ts'
import type { Sample } from '../harness/printed-samples.ts'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, parse, validate } from 'graphql'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../harness/homeroom.ts'
import { everyScope, makeKey } from '../harness/keys.ts'
import { runs, runSample, samplesOf, shapeOf } from '../harness/printed-samples.ts'

let homeroom: TestHomeroom
let environment: Record<string, string>

beforeAll(async () => {
  homeroom = await openHomeroom({ webRoot: fileURLToPath(new URL('../../../web/dist', import.meta.url)) })
  const { client } = await homeroom.openSchool('printed')
  await client.ask('mutation { addStudent(input: { givenName: "Ada", familyName: "Lovelace", grade: "7" }) { id } }')
  environment = { HOMEROOM_URL: homeroom.api.url, HOMEROOM_KEY: (await makeKey(client, everyScope)).token }
})
afterAll(() => homeroom.stop())

const guides = readdirSync(new URL('../../../docs/developers/', import.meta.url)).map(file => file.replace('.md', ''))
const pathOf = (guide: string) => guide === 'getting-started' ? '/docs/' : `/docs/${guide}/`

describe.each(guides)('%s', (guide) => {
  test('what it prints works as it stands, and answers what it says', async () => {
    const schema = buildSchema(await (await fetch(`${homeroom.api.url}/docs/schema.graphql`)).text())
    const samples = await samplesOf(homeroom.api.url + pathOf(guide))
    let printed: string | undefined
    for (const [at, sample] of samples.entries()) {
      if (sample.language === 'graphql')
        expect(validate(schema, parse(sample.code)), sample.code).toEqual([])
      else if (runs(sample.language))
        printed = await runSample(sample, environment)
      else if (sample.language === 'json' && at > 0 && runs(samples[at - 1]!.language))
        expect(shapeOf(JSON.parse(printed!)), sample.code).toEqual(shapeOf(JSON.parse(sample.code)))
      else
        readable(sample)
    }
  })
})

/** What is neither run nor validated is at least what it says it is. */
function readable({ language, code }: Sample): void {
  expect(language, `Say what this is: ${code}`).toBe('json')
  expect(() => JSON.parse(code) as unknown).not.toThrow()
}

test('the checks of signatures take what is genuine and nothing else', async () => {
  const samples = await samplesOf(`${homeroom.api.url}/docs/webhooks/`)
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const sign = (by: string, at: Date) => ({ 'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(by).sign('msg_1', at, '{"a": 1}') })
  const now = new Date()
  const genuine = sign(secret, now)
  const cases: [object, string, boolean][] = [
    [genuine, '{"a": 1}', true],
    [{ ...genuine, 'webhook-signature': `v1,bm8= ${genuine['webhook-signature']}` }, '{"a": 1}', true],
    [genuine, '{"a": 2}', false],
    [{ ...genuine, 'webhook-id': 'msg_2' }, '{"a": 1}', false],
    [sign(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, now), '{"a": 1}', false],
    [sign(secret, new Date(now.getTime() - 3_600_000)), '{"a": 1}', false],
  ]
  const asked = JSON.stringify(cases.map(([headers, body]) => [headers, body]))
  const wanted = cases.map(([, , is]) => is)
  const [node, python] = ['js', 'python'].map(language => samples.find(sample => sample.language === language)!)
  const inNode = `${node!.code}\nconsole.log(JSON.stringify(${asked}.map(([headers, body]) => isFromHomeroom('${secret}', headers, body))))`
  const inPython = `${python!.code}\nimport json\nprint(json.dumps([is_from_homeroom('${secret}', headers, body.encode()) for headers, body in json.loads(${JSON.stringify(asked)})]))`
  expect(JSON.parse(await runSample({ language: 'js', code: inNode }, {}))).toEqual(wanted)
  expect(JSON.parse(await runSample({ language: 'python', code: inPython }, {}))).toEqual(wanted)
})

test('the getting-started page does what it promises', async () => {
  const samples = await samplesOf(`${homeroom.api.url}/docs/`)
  const [typescript, python] = ['ts', 'python'].map(language => samples.find(sample => sample.language === language)!)
  expect(await runSample(typescript!, environment)).toMatch(/^Lovelace Ada 7\n/)
  expect(await runSample(python!, environment)).toMatch(/^Lovelace Ada 7\n/)
  await expect(runSample(python!, { ...environment, HOMEROOM_KEY: 'hmr_live_wrong' })).rejects.toThrow('401')
})
