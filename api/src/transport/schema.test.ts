import 'reflect-metadata'
import { Authorized, Field, FieldResolver, Int, ObjectType, Query, Resolver } from 'type-graphql'
import { expect, test } from 'vitest'
import { ForKeys, NotForKeys, OfResource } from '../access/for-keys.ts'
import { Public } from '../access/public.ts'
import { graphqlSchema } from './schema.ts'

@Resolver()
class Silent {
  @Query(() => Boolean)
  nobodySaid(): boolean { return true }
}

@Resolver()
class Vague {
  @Authorized()
  @Query(() => Boolean)
  somebodySigned(): boolean { return true }
}

@Resolver()
class TwoMinds {
  @Public()
  @Authorized('member')
  @Query(() => Boolean)
  bothSaid(): boolean { return true }
}

@Resolver()
class Clear {
  @Authorized('member')
  @Query(() => Boolean)
  forMembers(): boolean { return true }

  @Public()
  @Query(() => Boolean)
  forAll(): boolean { return true }
}

test.each([['nobodySaid', new Silent()], ['somebodySigned', new Vague()], ['bothSaid', new TwoMinds()]])('an operation that does not say who may call it stops the start: %s', async (name, resolver) => {
  await expect(graphqlSchema([resolver])).rejects.toThrow(`@Public(): ${name}`)
})

test('one that does is served', async () => {
  await expect(graphqlSchema([new Clear()])).resolves.toBeDefined()
})

@ObjectType()
class Unplaced {
  @Field(() => String)
  name!: string
}

@ObjectType()
@OfResource('roster.classes')
class Group {
  @Field(() => String)
  name!: string
}

@Resolver()
class OfASchool {
  @Authorized('roster:read')
  @Query(() => Boolean)
  keysUnsaid(): boolean { return true }
}

@Resolver()
class LeadsAstray {
  @ForKeys()
  @Authorized('member')
  @Query(() => Unplaced)
  unplaced(): Unplaced { return { name: '' } }
}

@Resolver(() => Group)
class Counts {
  @ForKeys('roster.classes:read')
  @Authorized('roster:read')
  @Query(() => Group)
  group(): Group { return { name: '' } }

  @FieldResolver(() => Int)
  heads(): number { return 1 }
}

@Resolver(() => Group)
class CountsInWords {
  @ForKeys('roster.classes:read')
  @Authorized('roster:read')
  @Query(() => Group)
  group(): Group { return { name: '' } }

  @ForKeys('roster.enrollments:read')
  @FieldResolver(() => Int)
  heads(): number { return 1 }

  @NotForKeys()
  @Authorized('roster:read')
  @Query(() => Unplaced)
  hidden(): Unplaced { return { name: '' } }
}

test.each([
  ['an operation of the school', 'keysUnsaid', new OfASchool()],
  ['a type that keys are led to', 'Query.unplaced, Unplaced.name', new LeadsAstray()],
  ['a field that counts other rows', 'Group.heads', new Counts()],
])('what does not say what it takes of a key stops the start: %s', async (_, names, resolver) => {
  await expect(graphqlSchema([resolver])).rejects.toThrow(new RegExp(`API key.*: ${names}$`))
})

test('what says so is served, and so is what is closed to keys', async () => {
  await expect(graphqlSchema([new CountsInWords()])).resolves.toBeDefined()
})
