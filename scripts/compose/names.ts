/** Variable of `.env` with the password of a user of the bus. */
export const busPasswordName = (user: string): string =>
  `NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`;
