export declare function plantAll(): Promise<Map<string, string>>;
