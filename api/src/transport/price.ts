import type { DocumentNode, GraphQLSchema } from 'graphql'
import type { ComplexityEstimator } from 'graphql-query-complexity/cjs'
import { getNamedType, getNullableType, GraphQLError, isLeafType, isListType, isObjectType } from 'graphql'
// The other build would bring a second copy of graphql, to which our schema is a stranger.
import { getComplexity } from 'graphql-query-complexity/cjs'
import { Invalid } from '../shared/errors.ts'
import { defaultPageSize, largestPage } from '../shared/page.ts'

/**
 * What one operation may cost: about as many values as its answer may hold. Two and a half times the largest thing a
 * client is known to ask for; one level more of lists than that is ten times as dear.
 */
export const highestPrice = 50_000

/** What a list is taken to hold that is read whole (classes of a student, terms of a year), unless its field says how many at most (`rows`). */
const wholeList = 10

/** More than half: whatever a visitor may change (sign in, sign up) is done once an operation, and not guessed at in rows. */
const publicMutation = highestPrice / 2 + 1

/** A value costs 1, and a list as often what one of its rows costs as it may have rows. */
const estimate: ComplexityEstimator = ({ type, field, args, childComplexity }) => {
  if (type.name.startsWith('__') || field.name.startsWith('__'))
    return 1 // for superadmins only, and graphql limits by itself how deep they ask
  const fields = isObjectType(type) ? type.getFields() : {}
  if (field.extensions.access === 'public' && type.name === 'Mutation')
    return publicMutation + childComplexity
  if (isLeafType(getNamedType(field.type)))
    return 1
  const { first, last } = args as { first?: number | null, last?: number | null }
  if (field.args.some(({ name }) => name === 'first'))
    // The list itself refuses other sizes; here none may make the rest of the operation cheaper.
    return 1 + Math.min(Math.max(first ?? last ?? defaultPageSize, 1), largestPage) * childComplexity
  // The rows of a connection have been counted at the connection.
  const whole = isListType(getNullableType(field.type)) && !('pageInfo' in fields)
  return 1 + (whole ? (field.extensions.rows as number | undefined) ?? wholeList : 1) * childComplexity
}

/** What an operation costs with these variables; BAD_USER_INPUT where they do not fit it. */
export function priceOf(schema: GraphQLSchema, operation: Operation): number {
  try {
    return getComplexity({ schema, query: operation.document, operationName: operation.name, variables: operation.variables, estimators: [estimate] })
  }
  catch (error) {
    if (!(error instanceof GraphQLError))
      throw error
    // Said here as execution would say it: what cannot be priced does not run.
    throw new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } })
  }
}

export interface Operation {
  readonly document: DocumentNode
  /** Which of the document's operations; undefined where it has one. */
  readonly name: string | undefined
  readonly variables: Record<string, unknown> | undefined
}

const known = new WeakMap<DocumentNode, Map<string, number>>()
const mostKnown = 100

/** What an operation costs; refuses one that costs more than `highestPrice`. A document that is asked again with the same sizes is not priced again. */
export function refuseDear(schema: GraphQLSchema, operation: Operation): number {
  const prices = known.get(operation.document) ?? new Map<string, number>()
  known.set(operation.document, prices)
  // Only numbers (sizes of pages) and truth values (@include, @skip) have a part in the price.
  const key = JSON.stringify([operation.name, Object.entries(operation.variables ?? {}).filter(([, value]) => value === null || typeof value === 'number' || typeof value === 'boolean')])
  let price = prices.get(key)
  if (price === undefined) {
    price = priceOf(schema, operation)
    if (prices.size >= mostKnown)
      prices.clear()
    prices.set(key, price)
  }
  if (price > highestPrice)
    throw new Invalid(`This operation costs ${price}, and ${highestPrice} is the most that one may cost. Ask for fewer rows, fields or levels.`, { code: 'QUERY_TOO_COMPLEX', facts: { price, maximum: highestPrice } })
  return price
}
