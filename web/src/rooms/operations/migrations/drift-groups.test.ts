import { expect, test } from 'vitest'
import { groupsOf } from './drift-groups.ts'

const school = (slug: string) => ({ id: slug, slug, name: slug })

test('schools that differ alike stand together, the many before the one', () => {
  const missing = ['table class: index class_title is missing']
  const unknown = ['unknown table homework']
  expect(groupsOf([
    { tenant: school('alone'), differences: unknown },
    { tenant: school('first'), differences: missing },
    { tenant: school('second'), differences: missing },
  ])).toEqual([
    { differences: missing, schools: [school('first'), school('second')] },
    { differences: unknown, schools: [school('alone')] },
  ])
})
