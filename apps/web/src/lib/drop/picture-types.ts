const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'];
const mostBytes = 32 * 1024 * 1024;

/** Why a file cannot be read as a picture, as a sentence; null: it can. */
export function fileProblem(file: Pick<File, 'type' | 'size'>): string | null {
  if (!pictureTypes.includes(file.type))
    return 'Only PNG, JPEG and WebP files are read, and of these PNG files carry a recipe.';
  if (file.size > mostBytes) return 'It is larger than 32 MB.';
  return null;
}

/**
 * Whether what is dragged over the page is a picture from outside. Some browsers tell the types of files only when
 * they are dropped: there any file counts.
 */
export function mayBePicture(data: Pick<DataTransfer, 'types' | 'items'> | null): boolean {
  if (data === null || !data.types.includes('Files')) return false;
  const kinds = [...data.items].filter(({ kind }) => kind === 'file').map(({ type }) => type);
  return kinds.length === 0 || kinds.some((type) => type === '' || pictureTypes.includes(type));
}
