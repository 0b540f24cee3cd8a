import { busUsersConfig } from '../launcher/nats/config.ts';
import { busPasswordName } from './names.ts';

/** Prints the users of the bus for nats-server; it takes their passwords from its environment. */
process.stdout.write(busUsersConfig((user) => `$${busPasswordName(user)}`));
