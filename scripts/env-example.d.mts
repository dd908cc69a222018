/** The text of .env.example. */
export function envExample(variables: Readonly<Record<string, { default?: string; meaning: string }>>): string;
