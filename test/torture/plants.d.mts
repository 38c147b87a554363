export declare function plant(name: string): string;
