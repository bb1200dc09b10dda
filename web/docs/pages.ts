/** The pages for integrators in reading order. Those in `guides` are files of docs/developers/, the rest is made from the schema. */
export const guides = {
  'getting-started': 'Getting started',
  'authentication': 'Keys and scopes',
  'reading': 'Reading and staying in step',
  'writing': 'Writing',
  'webhooks': 'Webhooks',
  'subscriptions': 'Subscriptions',
  'limits': 'Limits',
  'errors': 'Errors',
  'examples': 'Two programs',
  'changelog': 'Changes',
} as const

export const reference = {
  queries: 'Queries',
  mutations: 'Mutations',
  subscriptions: 'Subscriptions',
  objects: 'Objects',
  inputs: 'Inputs',
  enums: 'Enums',
  scalars: 'Scalars',
} as const
