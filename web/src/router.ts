import type { createMessages } from './i18n.ts'
import type { Session } from './rooms/session/room.ts'
import { nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { dashboardRoutes } from './rooms/dashboard/room.ts'
import { registrationRoutes } from './rooms/registration/room.ts'
import { rosterRoutes } from './rooms/roster/room.ts'
import { ownPath, sessionRoutes } from './rooms/session/room.ts'

declare module 'vue-router' {
  interface RouteMeta {
    /** visitor: who is signed in goes on to the school. member: who is not signs in first. Left out: anyone. */
    for?: 'visitor' | 'member'
    title?: string
  }
}

export function createAppRouter(session: Session, i18n: ReturnType<typeof createMessages>) {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      ...registrationRoutes,
      ...sessionRoutes,
      { path: '/', component: () => import('./Office.vue'), meta: { for: 'member' }, children: [...dashboardRoutes, ...rosterRoutes] },
      { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./Nowhere.vue'), meta: { title: 'nowhere.title' } },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    const needed = to.meta.for === 'member'
    if (!session.viewer.value && session.expected())
      await session.restore()
    if (needed && !session.viewer.value)
      return { name: 'sign-in', query: { next: to.fullPath } }
    if (to.meta.for === 'visitor' && session.viewer.value)
      return ownPath(to.query.next) ?? { name: 'dashboard' }
  })

  router.afterEach(async (to, from) => {
    const { t } = i18n.global
    await nextTick()
    // Who listens to the page, or walks it by keyboard, starts at the top of the new one.
    if (from.name && to.name !== from.name)
      document.getElementById('page')?.focus({ preventScroll: true })
    document.title = to.meta.title ? t('app.pageTitle', { page: t(to.meta.title) }) : t('app.name')
  })
  return router
}
