import type { RecordType } from './roster.words.ts'
import { GraphQLSafeInt } from 'graphql-scalars'
import { ArgsType, Field, ID, Int, ObjectType } from 'type-graphql'
import { OfResource } from '../../access/for-keys.ts'
import { connectionType } from '../../access/page.type.ts'
import { defaultPageSize, largestPage } from '../../shared/page.ts'
import { RecordTypeEnum } from './enums.type.ts'

@ObjectType('RecordChange', { description: 'A record that has changed, as it is now: what lay between is not kept.', simpleResolvers: true })
@OfResource(null)
export class RecordChangeType {
  @Field(() => RecordTypeEnum, { description: 'What the record is.' })
  type!: RecordType

  @Field(() => ID, { description: 'Of the record, in this school.' })
  id!: string

  @Field(() => String, { description: 'By which other systems know it.' })
  sourcedId!: string

  @Field(() => Int, { description: 'The record\'s version. What a client has of this version or a later one, it need not take again.' })
  version!: number

  @Field(() => GraphQLSafeInt, { description: 'The school\'s change that wrote it last. What one mutation wrote has one number; a later mutation\'s is higher.' })
  changeNumber!: number

  @Field(() => Boolean, { description: 'Whether this is a tombstone: the record has been removed, and a copy of it goes.' })
  deleted!: boolean
}

/** Only forward: what comes next is all there is to ask. */
@ArgsType()
export class ChangesArgs {
  @Field(() => Int, { nullable: true, description: `How many changes after \`after\`, or from the beginning: 1 to ${largestPage}, ${defaultPageSize} unless told.` })
  first?: number | null

  @Field(() => String, { nullable: true, description: 'The `pageInfo.endCursor` of the page before. Without one everything there is comes, each record once. CURSOR_EXPIRED where tombstones since then are no longer kept: begin again without it, and drop what does not come.' })
  after?: string | null

  @Field(() => [RecordTypeEnum], { nullable: true, description: 'Only records of these types; all unless told. A cursor is good for one choice of types.' })
  types?: RecordType[] | null
}

export const RecordChangeConnection = connectionType('RecordChange', RecordChangeType, 'the school\'s records in the order of their last change')
