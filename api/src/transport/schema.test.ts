import 'reflect-metadata'
import { Authorized, Query, Resolver } from 'type-graphql'
import { expect, test } from 'vitest'
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
