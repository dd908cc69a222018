# One image for all roles: `docker run tallylight run poll`. Settings come from the environment; see .env.example.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY scripts ./scripts
COPY prisma ./prisma
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:20-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are the embedded Postgres, which a container with DATABASE_URL never starts.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/prisma ./prisma
COPY package.json LICENSE ./
USER node
EXPOSE 6111
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 CMD ["node", "dist/src/main.js", "healthcheck"]
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["run", "all"]
