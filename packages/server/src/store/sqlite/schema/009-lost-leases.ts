/** Leases that a delivery lost since its last attempt that was recorded, or since it was sent again. */
export const lostLeases = `
ALTER TABLE deliveries ADD COLUMN leases_lost INTEGER NOT NULL DEFAULT 0;
`
