import type { RouteRecordRaw } from 'vue-router'

export { ownPath } from './own-path.ts'
export { createSession, provideSession, type Session, useSession } from './session.ts'
export { useMayWrite } from './useMayWrite.ts'
export { usePresence } from './usePresence.ts'

export const sessionRoutes: RouteRecordRaw[] = [
  { path: '/sign-in', name: 'sign-in', component: () => import('./SignIn.vue'), meta: { for: 'visitor', title: 'signIn.title' } },
]
