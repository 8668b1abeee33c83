/**
 * The same index with the offsets in it: of a name that a million tenants had, each read of the
 * shared channel looked at all of their rows. A channel that is written to moves in it once in each
 * commit.
 */
export const lastOfNamesakes = `
DROP INDEX channels_named;
CREATE INDEX channels_named ON channels (name, last) WHERE published = 1;
`
