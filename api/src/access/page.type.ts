import type { ClassType } from 'type-graphql'
import type { Direction } from '../database/keyset.ts'
import type { PageArguments } from '../shared/page.ts'
import { ArgsType, Field, Int, ObjectType, registerEnumType } from 'type-graphql'
import { defaultPageSize, largestPage } from '../shared/page.ts'
import { OfResource } from './for-keys.ts'

export const OrderDirectionEnum: Readonly<Record<'ASC' | 'DESC', Direction>> = { ASC: 'asc', DESC: 'desc' }
registerEnumType(OrderDirectionEnum, {
  name: 'OrderDirection',
  description: 'Which end of an order comes first.',
  valuesConfig: { ASC: { description: 'From A to Z, from old to new.' }, DESC: { description: 'From Z to A, from new to old.' } },
})

@ObjectType('PageInfo', { description: 'Where a page lies in its list.', simpleResolvers: true })
@OfResource(null)
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether rows follow this page. Reading backward: whether there was a `before`.' })
  hasNextPage!: boolean

  @Field(() => Boolean, { description: 'Whether rows precede this page. Reading forward: whether there was an `after`.' })
  hasPreviousPage!: boolean

  @Field(() => String, { nullable: true, description: 'The first row\'s cursor, for `before`; null on an empty page.' })
  startCursor!: string | null

  @Field(() => String, { nullable: true, description: 'The last row\'s cursor, for `after`; null on an empty page.' })
  endCursor!: string | null
}

/** The arguments of every list; a list's own filter and order extend it. */
@ArgsType()
export class PageArgs implements PageArguments {
  @Field(() => Int, { nullable: true, description: `How many rows after \`after\`, or from the start: 1 to ${largestPage}, ${defaultPageSize} unless told.` })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'Only rows after this cursor of the same list, filter and order.' })
  after?: string | null

  @Field(() => Int, { nullable: true, description: `How many rows before \`before\`, or from the end: 1 to ${largestPage}. Not together with \`first\`.` })
  last?: number | null

  @Field(() => String, { nullable: true, description: 'Only rows before this cursor of the same list, filter and order.' })
  before?: string | null
}

/** A Relay connection of `node`: pages of `what`. The list's resolver adds `totalCount`, which only those who ask pay for. */
export function connectionType<T extends object>(name: string, node: ClassType<T>, what: string) {
  @ObjectType(`${name}Edge`, { description: `One of ${what}, with its place in the list.`, simpleResolvers: true })
  class Edge {
    @Field(() => String, { description: 'For `after` and `before`. Opaque.' })
    cursor!: string

    @Field(() => node, { description: 'The row itself.' })
    node!: T
  }

  @ObjectType(`${name}Connection`, { description: `A page of ${what}.`, simpleResolvers: true })
  class Connection {
    @Field(() => [node], { description: 'The rows of the page.' })
    nodes!: readonly T[]

    @Field(() => [Edge], { description: 'The rows of the page, each with its cursor.' })
    edges!: readonly Edge[]

    @Field(() => PageInfoType, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfoType
  }
  return Connection
}
