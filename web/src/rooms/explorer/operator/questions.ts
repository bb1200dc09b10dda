const texts = import.meta.glob<string>('./questions/*.graphql', { query: '?raw', import: 'default', eager: true })

// In the order in which somebody would ask them; each is a file of questions/ and has words under explorer.questions.
const names = {
  platform: ['failed-schools', 'time-to-ready', 'schools-behind', 'last-roll-outs', 'alerts', 'queues', 'failed-jobs', 'deletion-receipts'],
  school: ['school-timeline', 'roster-administrators', 'students-per-class', 'school-year', 'last-events'],
  live: ['preparation', 'roll-out', 'schools-changing'],
} as const

export type Group = keyof typeof names
export interface Question { name: string, text: string }

export const questions = (Object.keys(names) as Group[]).map(group => ({
  group,
  questions: names[group].map((name): Question => ({ name, text: texts[`./questions/${name}.graphql`] ?? '' })),
}))

/** The variables to begin with: the chosen school's id, where the question is about one. */
export function variablesOf({ text }: Question, schoolId: string | undefined): string {
  return text.includes('$tenantId') ? JSON.stringify({ tenantId: schoolId ?? '' }, null, 2) : ''
}
