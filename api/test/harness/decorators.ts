// type-graphql's decorators need it, whichever room a test file reads first.
import 'reflect-metadata'
