import type { RouteRecordRaw } from 'vue-router'

export const auditRoutes: RouteRecordRaw[] = [
  { path: 'activity', name: 'activity', component: () => import('./Activity.vue'), meta: { for: 'admin', title: 'activity.title' } },
]
