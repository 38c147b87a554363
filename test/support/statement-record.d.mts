export function namesInCode(): string[];
