#!/usr/bin/env node
// Stands in for Prisma's native schema engine: the same JSON-RPC on stdin and stdout, served by the engine's
// WebAssembly build from npm over the driver adapter for Postgres. Used by scripts/prisma.mjs only.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true },
    version: { type: 'boolean', short: 'V' },
  },
});
const engineDir = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
const url = new URL((values.datasource && JSON.parse(values.datasource).url) || 'postgres://localhost:1/none');

const CHAR = 18; // Postgres' internal one-byte type, which the catalog queries return
const BPCHAR = 1042;

/** Where the columns of type "char" are in the answer that is being read; the engine asks one query at a time. */
let charColumns = [];
const describe = pg.Query.prototype.handleRowDescription;
// adapter-pg 7.10 does not know "char", and the engine panics unless it gets a character.
pg.Query.prototype.handleRowDescription = function (message) {
  charColumns = message.fields.flatMap((field, index) => (field.dataTypeID === CHAR ? [index] : []));
  for (const index of charColumns) message.fields[index].dataTypeID = BPCHAR;
  return describe.call(this, message);
};

class SchemaAdapter extends PrismaPg {
  async connect() {
    return withChars(await super.connect());
  }

  /** Own: the one of adapter-pg 7.10 drops the shadow database before it has closed its connections to it. */
  async connectToShadowDb() {
    const admin = await this.connect();
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    await admin.executeScript(`CREATE DATABASE "${name}"`);
    const shadow = withChars(await new PrismaPg(connectionOf(name), adapterOptions()).connect());
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await admin.executeScript(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
      await admin.dispose();
    };
    return shadow;
  }
}

function withChars(adapter) {
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (query) => {
    charColumns = [];
    const result = await queryRaw(query);
    for (const index of charColumns) result.columnTypes[index] = ColumnTypeEnum.Character;
    return result;
  };
  const startTransaction = adapter.startTransaction?.bind(adapter);
  if (startTransaction) adapter.startTransaction = async (level) => withChars(await startTransaction(level));
  return adapter;
}

if (values.version) {
  const { version } = JSON.parse(readFileSync(path.join(engineDir, 'package.json'), 'utf8'));
  process.stdout.write(`schema-engine-wasm ${version}\n`);
} else if (positionals[0] === 'cli') {
  process.exitCode = await administer(positionals[1]);
} else {
  await serve();
}

/** `cli create-database`, `drop-database`, `can-connect-to-database`: about the database, not what is in it. */
async function administer(command) {
  const name = databaseName();
  const where = new URL(url);
  where.searchParams.delete('schema');
  if (command !== 'can-connect-to-database') where.pathname = '/postgres';
  const client = new pg.Client({ connectionString: where.href, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    if (command === 'create-database') await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    if (command === 'drop-database') {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
    }
    return 0;
  } catch (error) {
    // Somebody else created it first: duplicate_database, or the unique index of pg_database.
    if (command === 'create-database' && ['42P04', '23505'].includes(error.code)) return 0;
    report(explain(error, name));
    return 1;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** In Prisma's own codes and words (https://www.prisma.io/docs/orm/reference/error-reference). */
function explain(error, name) {
  if (error.code === '3D000') {
    return {
      error_code: 'P1003',
      message: `Database \`${name}\` does not exist on the database server at \`${url.host}\`.`,
    };
  }
  if (['28P01', '28000'].includes(error.code)) {
    return { error_code: 'P1000', message: `Authentication failed against database server at \`${url.hostname}\`.` };
  }
  const why = error.message || error.code;
  return { error_code: 'P1001', message: `Can't reach database server at \`${url.host}\`: ${why}` };
}

/** The CLI reads the errors of its engine from stderr, and takes the first line for a greeting. */
function report(fields) {
  const line = (level, shown) => JSON.stringify({ level, target: 'schema_engine::logger', fields: shown });
  process.stderr.write(`${line('INFO', { message: 'starting' })}\n`);
  process.stderr.write(`${line('ERROR', { ...fields, is_panic: false })}\n`);
}

async function serve() {
  const adapter = bindMigrationAwareSqlAdapterFactory(
    new SchemaAdapter(connectionOf(databaseName()), adapterOptions()),
  );
  const getEngine = await loadEngine(adapter);
  // One request at a time, in the order they came: the engine holds a single connection.
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    const request = JSON.parse(line);
    if (request.method) await answer(request, { getEngine, adapter }); // else it answers our "print"
  }
  process.exit(0);
}

async function loadEngine(adapter) {
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => report({ message }) };
  const wasm = readFileSync(path.join(engineDir, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels = values.datamodels?.map((file) => [file, readFileSync(file, 'utf8')]);
  let engine;
  // It connects when it is made, so it is made when first asked, where a failure has somebody to hear it.
  return () => {
    engine ??= glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
    return engine;
  };
}

async function answer({ id, method, params }, { getEngine, adapter }) {
  try {
    const engine = await getEngine();
    if (method === 'evaluateDataLoss') await rememberMigrations(engine, params);
    const result = (await engine[method === 'getDatabaseVersion' ? 'version' : method](params)) ?? null;
    if (method !== 'diff' || typeof result?.stdout !== 'string') return send({ id, result });
    // The native engine prints a difference through the CLI.
    send({ id: randomUUID(), method: 'print', params: { content: result.stdout.replace(/\n$/, '') } });
    return send({ id, result: { exitCode: result.exitCode, stdout: null } });
  } catch (error) {
    const cause = typeof error?.id === 'number' ? adapter.errorRegistry.consumeError(error.id)?.error : undefined;
    const shown = cause ?? error;
    const data = {
      is_panic: false,
      message: shown?.message ?? String(shown),
      meta: error?.meta ?? null,
      ...((error?.code ?? shown?.code) ? { error_code: error?.code ?? shown.code } : {}),
    };
    send({ id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } });
  }
}

/**
 * What a list of migrations amounts to is found out in a shadow database. `evaluateDataLoss` cannot make one (8.1.0-2)
 * and relies on what an earlier request found out, which is forgotten when migrations are applied in between.
 */
function rememberMigrations(engine, { migrationsList, filters }) {
  return engine.devDiagnostic({ migrationsList, filters });
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}

function databaseName() {
  return decodeURIComponent(url.pathname.slice(1)) || 'postgres';
}

function adapterOptions() {
  return { schema: url.searchParams.get('schema') ?? undefined };
}

/** Discrete options: of a connection string, pg would use the database in it, and take the main one for the shadow. */
function connectionOf(database) {
  return {
    host: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username) || undefined,
    password: decodeURIComponent(url.password) || undefined,
    database,
    max: 2,
  };
}
