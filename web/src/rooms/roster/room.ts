import type { RouteRecordRaw } from 'vue-router'

export const rosterRoutes: RouteRecordRaw[] = [
  { path: 'people', redirect: { name: 'people', params: { kind: 'students' } } },
  { path: 'people/:kind(students|teachers)', name: 'people', component: () => import('./People.vue'), props: true, meta: { title: 'people.title' } },
  { path: 'classes', name: 'classes', component: () => import('./Classes.vue'), meta: { title: 'classes.title' } },
  { path: 'classes/:id', name: 'class', component: () => import('./ClassPage.vue'), props: true, meta: { title: 'classes.title' } },
]
