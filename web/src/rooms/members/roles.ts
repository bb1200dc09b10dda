import type { MemberRole } from '../../apollo/generated/graphql.ts'
import { useI18n } from 'vue-i18n'

/** From the most that one may do to the least. */
const roles: readonly MemberRole[] = ['ADMIN', 'OFFICE', 'TEACHER', 'READ_ONLY']

/** Roles to choose from, each with what it allows. */
export function useRoles() {
  const { t } = useI18n()
  return () => roles.map(value => ({ value, label: t(`roles.${value}.name`), about: t(`roles.${value}.about`) }))
}
