/** Finds the channels of all tenants that have one name, where that becomes the name of a shared one. */
export const namesakes = `
CREATE INDEX channels_named ON channels (name) WHERE published = 1;
`
