/** What was typed into a field of a form. */
export function fieldText(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** What a field for a date has is of the reader's zone. The API takes an instant without a fraction. */
export function instantOf(text: string): string {
  return new Date(text).toISOString().replace(/\.\d+Z$/, 'Z');
}
