import type { RouteRecordRaw } from 'vue-router'

export const rosterRoutes: RouteRecordRaw[] = [
  { path: 'people', redirect: { name: 'people', params: { kind: 'students' } } },
  { path: 'people/:kind(students|teachers)', name: 'people', component: () => import('./People.vue'), props: true, meta: { title: 'people.title', words: 'roster' } },
  { path: 'classes', name: 'classes', component: () => import('./Classes.vue'), meta: { title: 'classes.title', words: 'roster' } },
  { path: 'courses', name: 'courses', component: () => import('./Courses.vue'), meta: { title: 'roster.course.title', words: 'roster' } },
  { path: 'classes/:id', name: 'class', component: () => import('./ClassPage.vue'), props: true, meta: { title: 'classes.title', words: 'roster' } },
]
