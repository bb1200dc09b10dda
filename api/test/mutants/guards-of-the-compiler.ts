import type { Guard } from './guard.ts'

const executor = 'src/transport/compiled.ts'
const compilable = 'src/transport/compilable.ts'
const server = 'src/transport/apollo.ts'
const refusals = ['src/transport/compiled.test.ts']
const alike = ['src/transport/compiled-alike.test.ts']

/** What is made into code, and when its answer is to be trusted. */
export const compilerGuards: readonly Guard[] = [
  { name: 'no code is made of texts in a document', file: compilable, guard: '    StringValue: refuse,', without: '    NullValue: () => undefined,', tests: refusals },
  { name: 'no code is made of names that could be mistaken', file: compilable, guard: '(alias ?? name).value.includes(\'_\')', without: '(alias ?? name).value === \'_\'', tests: refusals },
  { name: 'no code is made of conditions', file: compilable, guard: '    Directive: refuse,', without: '    NullValue: () => undefined,', tests: alike },
  { name: 'no code is made of variables inside of values', file: compilable, guard: 'parent.kind !== Kind.ARGUMENT && ', without: 'parent.kind !== Kind.ARGUMENT && parent.kind !== Kind.OBJECT_FIELD && ', tests: alike },
  { name: 'no code is made of a choice between types', file: compilable, guard: ' || isAbstractType(getNamedType(types.getType())) ? ', without: ' || isAbstractType(undefined) ? ', tests: refusals },
  { name: 'no code is made of inputs without an end', file: compilable, guard: 'isEndless(typeFromAST(schema, type)) ?', without: 'isEndless(undefined) && typeFromAST(schema, type) ?', tests: refusals },
  { name: 'changes are not compiled', file: compilable, guard: 'operation !== OperationTypeNode.QUERY', without: 'operation === OperationTypeNode.SUBSCRIPTION', tests: refusals },
  { name: 'what becomes too much code becomes none', file: compilable, guard: 'fieldsOf(document) <= mostFields', without: 'fieldsOf(document) <= mostFields * 1e9', tests: refusals },
  { name: 'no two fields are one to the compiler', file: compilable, guard: 'if (seen.has(joined))', without: 'if (seen.has(field))', tests: refusals },
  { name: 'variables are coerced by graphql-js', file: executor, guard: '{ maxErrors: 1 }).errors)', without: '{ maxErrors: 1 }).errors === null)', tests: refusals },
  { name: 'compiled operations are bounded', file: executor, guard: 'if (kept.size > keep)', without: 'if (kept.size > keep * 10)', tests: refusals },
  { name: 'compiling takes a share of the time', file: executor, guard: 'if (from < restsUntil)', without: 'if (from < -restsUntil)', tests: refusals },
  { name: 'what was answered with errors is not run again by Apollo', file: server, guard: 'executor: ({ context }) => failed.get(context)', without: 'executor: ({ document, request, context }) => execute({ document, operationName: request.operationName, variables: request.variables, context })', tests: ['src/access/limits.test.ts'] },
  { name: 'nothing of what was answered without errors stays in memory', file: server, guard: 'if (singleResult && !singleResult.errors)', without: 'if (singleResult && !singleResult.errors && !context)', tests: ['test/journey/requests-left.test.ts'] },
  { name: 'several errors are asked for once more', file: executor, guard: 'others.length === 0 && expected(only)', without: 'expected(only)', tests: alike },
  { name: 'what nobody expected is asked for once more', file: executor, guard: 'others.length === 0 && expected(only)', without: 'others.length === 0', tests: alike },
  { name: 'an answer of which nothing is left is asked for once more', file: executor, guard: '(data || atRoot)', without: '(data || atRoot || path.length > 0)', tests: alike },
  { name: 'an item that is refused is asked for once more', file: executor, guard: ' && path.every(step => typeof step === \'string\')', without: '', tests: alike },
]
