import type { ComputedRef, InjectionKey } from 'vue'
import { computed, inject } from 'vue'

interface Field { id: string, describedBy: string | undefined, invalid: boolean, required: boolean }
export const fieldKey: InjectionKey<ComputedRef<Field>> = Symbol('field')

/** The attributes that tie a box to its label, hint and error. Empty outside a Field. */
export function useField() {
  const field = inject(fieldKey, undefined)
  return computed(() => field && {
    'id': field.value.id,
    'aria-describedby': field.value.describedBy,
    'aria-invalid': field.value.invalid || undefined,
    'aria-required': field.value.required || undefined,
  })
}
