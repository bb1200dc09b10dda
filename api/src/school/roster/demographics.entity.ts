import type { sexes } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'
import { recordProperties } from './record.ts'

const { id: _, ...record } = recordProperties()

/** What some schools must report of a person. Kept apart from the person, and shown by no field. */
export const DemographicsSchema = defineEntity({
  name: 'Demographics',
  tableName: 'demographics',
  properties: {
    userId: p.uuid().primary(),
    ...record,
    birthDate: p.date().nullable(),
    sex: p.text().$type<typeof sexes[number]>().nullable(),
    americanIndianOrAlaskaNative: p.boolean().nullable(),
    asian: p.boolean().nullable(),
    blackOrAfricanAmerican: p.boolean().nullable(),
    nativeHawaiianOrOtherPacificIslander: p.boolean().nullable(),
    white: p.boolean().nullable(),
    demographicRaceTwoOrMoreRaces: p.boolean().nullable(),
    hispanicOrLatinoEthnicity: p.boolean().nullable(),
    countryOfBirthCode: p.text().nullable(),
    stateOfBirthAbbreviation: p.text().nullable(),
    cityOfBirth: p.text().nullable(),
    publicSchoolResidenceStatus: p.text().nullable(),
  },
})

export class Demographics extends DemographicsSchema.class {}
DemographicsSchema.setClass(Demographics)
