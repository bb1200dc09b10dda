// Compares schema.graphql with that of the last release, in the folder it is started in. A change that breaks a client
// fails, unless docs/contract/breaks.json declares it; so does a deprecation that does not say since when and what to use.
// With --release the schema of today becomes the one that later ones are held to.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { CriticalityLevel, diff } from '@graphql-inspector/core'
import { buildSchema, parse, visit } from 'graphql'

const today = 'schema.graphql'
const released = 'docs/contract/released.graphql'
const breaks = 'docs/contract/breaks.json'

if (process.argv.includes('--release')) {
  copyFileSync(today, released)
  writeFileSync(breaks, '[]\n')
}
else {
  const complaints = [...await undeclared(), ...hasty()]
  if (complaints.length > 0) {
    process.stderr.write(`${complaints.join('\n')}\nClients rely on the released schema: add beside the old and deprecate it, or declare the break with its reason.\n`)
    process.exitCode = 1
  }
}

/** Breaks that nobody declared, and declarations of what does not break anything. */
async function undeclared() {
  const [before, after] = [released, today].map(path => buildSchema(readFileSync(path, 'utf8')))
  const changes = await diff(before, after)
  const broken = new Map(changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking).map(({ path, message }) => [path, message]))
  const declarations = JSON.parse(readFileSync(breaks, 'utf8'))
  const declared = new Set(declarations.map(({ path }) => path))
  return [
    ...[...broken].filter(([path]) => !declared.has(path)).map(([path, message]) => `${path}: ${message}`),
    ...[...declared].filter(path => !broken.has(path)).map(path => `${path}: declared in ${breaks}, and breaks nothing.`),
    ...declarations.filter(({ since, reason }) => !isDay(since) || !reason).map(({ path }) => `${path}: its declaration needs the day \`since\` and a \`reason\`.`),
  ]
}

/** Deprecations without `Since YYYY-MM-DD: ` and what to use instead. */
function hasty() {
  const found = []
  const look = (node, _key, _parent, _path, ancestors) => {
    const directive = node.directives?.find(({ name }) => name.value === 'deprecated')
    const reason = directive?.arguments?.find(({ name }) => name.value === 'reason')?.value.value ?? ''
    const [, day] = /^Since (\S+): \S/.exec(reason) ?? []
    if (directive && !isDay(day))
      found.push(`${[...ancestors.filter(({ kind }) => kind?.endsWith('Definition')), node].map(({ name }) => name.value).join('.')}: say \`Since YYYY-MM-DD: \` and what to use instead.`)
  }
  visit(parse(readFileSync(today, 'utf8')), { FieldDefinition: look, EnumValueDefinition: look, InputValueDefinition: look })
  return found
}

function isDay(text) {
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
}
