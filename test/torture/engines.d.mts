export function makeImage(folder: string): Promise<void>;
