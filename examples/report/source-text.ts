/** What the generator has learned to write from: a text of our own about a harbour. */
export const sourceText = `
The harbour was quiet in the first week of the month. The ferries left on time, and the pilots had
little to do. In the second week the wind turned to the north, and the small boats stayed at the
quay. The harbour office wrote to the owners of the small boats, and most of the owners answered on
the same day. The pilots had much to do in the second week, because the large ships came early and
the tugs came late. In the third week the fog came, and the ferries left when the fog allowed it.
The crane at the north quay stood still for two days. The owners of the crane wrote that a part was
missing, and the part came by ferry on the third day. In the last week the harbour was full. The
large ships waited outside, the small boats stayed at the quay, and the pilots slept in the harbour
office. Most of the cargo was timber, and some of the cargo was fruit. The fruit came early and left
early, and the timber came late and stayed. The fog came back on the last day of the month, and the
wind turned to the west. The harbour office counted the ships, the boats and the ferries, and wrote
the numbers into the book. The numbers in the book were higher than the numbers of the month before.
`
