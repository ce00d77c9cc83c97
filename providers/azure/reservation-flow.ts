/** The ways in which reservations can be bought. */
export const reservationFlows = ["two-steps", "alias"] as const;

/** How reservations are bought: under an order id that Azure mints with the price, or under an alias made of the token. */
export type ReservationFlow = (typeof reservationFlows)[number];
