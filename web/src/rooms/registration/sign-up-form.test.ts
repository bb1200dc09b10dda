import { expect, test } from 'vitest'
import { firstProblems } from '../../ui/form.ts'
import { signUpForm } from './sign-up-form.ts'

const input = { name: ' Oakfield ', slug: 'oakfield', admin: { name: 'Grace', email: ' grace@oakfield.example ', password: 'a long password' }, timeZone: 'Europe/Berlin' }

test('names and e-mail lose the spaces around them, the password keeps its own', () => {
  const spaced = { ...input, admin: { ...input.admin, password: '  a long password ' } }
  expect(signUpForm.parse(spaced)).toEqual({ ...input, name: 'Oakfield', admin: { ...input.admin, email: 'grace@oakfield.example', password: '  a long password ' } })
})

test('each field is told its first problem, by its path in the input', () => {
  const checked = signUpForm.safeParse({ name: ' ', slug: 'xn--oak', admin: { name: '', email: 'grace@', password: 'short' }, timeZone: 'UTC' })
  expect(firstProblems(checked.error?.issues ?? [], code => code)).toEqual({
    'name': 'REQUIRED',
    'slug': 'SLUG_MALFORMED',
    'admin.name': 'REQUIRED',
    'admin.email': 'EMAIL_MALFORMED',
    'admin.password': 'PASSWORD_SHORT',
  })
})
