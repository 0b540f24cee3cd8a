import type {
  BackupView,
  BackupsReply,
  DoctorReport,
  ImportInput,
  ImportReply,
  ImportRun,
  StorageView,
} from '@gaze/contracts';
import type { CallOptions, Send } from './request.ts';

/** Space, backups, checks, and the import of the original. All but `storage` need the scope `admin`. */
export function buildUpkeep(send: Send, baseUrl: string) {
  const at = (id: string): string => `/api/v1/backup/${encodeURIComponent(id)}`;
  return {
    storage: (o?: CallOptions) => send<StorageView>('GET', '/api/v1/storage', o),
    /** `deep` reads every picture. */
    doctor: ({ deep, ...o }: CallOptions & { deep?: boolean } = {}) =>
      send<DoctorReport>('GET', '/api/v1/doctor', { ...o, query: { deep } }),
    backups: (o?: CallOptions) => send<BackupsReply>('GET', '/api/v1/backup', o),
    /** Made in the background; the list says when it is ready. */
    makeBackup: (input: { pictures?: boolean } = {}) =>
      send<BackupView>('POST', '/api/v1/backup', { body: input }),
    deleteBackup: (id: string) => send<undefined>('DELETE', at(id)),
    /** Address of the archive, for a link. */
    backupUrl: (id: string): string => `${baseUrl}${at(id)}/download`,
    lastImport: (o?: CallOptions) => send<ImportReply>('GET', '/api/v1/import', o),
    startImport: (input: ImportInput) => send<ImportRun>('POST', '/api/v1/import', { body: input }),
  };
}
