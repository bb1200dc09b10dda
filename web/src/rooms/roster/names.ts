interface Named { givenName: string, familyName: string, preferredGivenName?: string | null }

/** As lists are sorted: `Lovelace, Ada`. */
export const listName = ({ familyName, givenName, preferredGivenName }: Named) => `${familyName}, ${preferredGivenName || givenName}`

/** As people are spoken of: `Ada Lovelace`. */
export const fullName = ({ familyName, givenName, preferredGivenName }: Named) => `${preferredGivenName || givenName} ${familyName}`
