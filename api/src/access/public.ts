import { Extensions } from 'type-graphql'

/** Marks a root field that anyone may call. A field has this or `@Authorized`; a test refuses one with neither. */
export function Public(): MethodDecorator {
  return Extensions({ access: 'public' }) as MethodDecorator
}
