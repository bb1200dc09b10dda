/** An operation that the documentation prints, under the heading where it stands. */
export interface Sample { title: string, text: string, /** Where the documentation says more. */ path: string }
export interface SamplePage { title: string, samples: Sample[] }

/** The guides whose samples are offered, by their files. */
const pages = ['getting-started', 'authentication', 'reading', 'writing', 'subscriptions'] as const
const texts = import.meta.glob<string>('../../../../../docs/developers/*.md', { query: '?raw', import: 'default', eager: true })

/** Every operation in GraphQL or in a request of curl that the guides print, in their order. */
export const samplePages: readonly SamplePage[] = pages.map(name => samplesOf(name, texts[`../../../../../docs/developers/${name}.md`] ?? '')).filter(({ samples }) => samples.length > 0)

function samplesOf(name: string, source: string): SamplePage {
  const base = name === pages[0] ? '/docs/' : `/docs/${name}/`
  const [, title = name] = /^# (.*)$/m.exec(source) ?? []
  const samples = source.split(/^## /m).slice(1).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1)
    const operations = operationsOf(section)
    return operations.map((text, at) => ({ title: operations.length > 1 ? `${heading} (${at + 1})` : heading, text, path: base }))
  })
  return { title, samples }
}

function operationsOf(section: string): string[] {
  return [...section.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, language, code = '']) => {
    if (language === 'graphql')
      return [code.trim()]
    const body = language === 'sh' ? /--data '(\{.*\})'/.exec(code)?.[1] : undefined
    return body ? [(JSON.parse(body) as { query: string }).query] : []
  })
}

/** The variables to begin with: the school's own id, where a sample asks about a school. */
export function variablesOf({ text }: Sample, schoolId: string): string {
  return text.includes('$tenantId') ? JSON.stringify({ tenantId: schoolId }, null, 2) : ''
}
