import { defineConfig } from 'prisma/config';

export default defineConfig({
  schema: 'prisma/tracking/schema.prisma',
  migrations: { path: 'prisma/tracking/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
