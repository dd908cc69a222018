import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Platforms that refuse everything and say back all they were told, wherever an answer has words. */
export interface EchoPlatforms {
  readonly url: string;
  /** What was asked of a platform so far, credentials and all. */
  askedOf(platform: string): string;
  stop(): Promise<void>;
}

/** How each refuses, by the first part of the path. */
const STATUS: Readonly<Record<string, number>> = {
  youtube: 403,
  feed: 500,
  hub: 400,
  twitch: 401,
  twitter: 429,
  twitcasting: 400,
};

/** @param token what Twitch grants */
export async function startEchoPlatforms(token: string): Promise<EchoPlatforms> {
  const asked = new Map<string, string[]>();
  const server = createServer(async (request, response) => {
    const [, platform = ''] = (request.url ?? '').split('/');
    const said = await everythingOf(request);
    asked.set(platform, [...(asked.get(platform) ?? []), said]);
    if (platform === 'auth') {
      response.end(JSON.stringify({ access_token: token, expires_in: 3_600, token_type: 'bearer' }));
      return;
    }
    response.writeHead(STATUS[platform] ?? 500, {
      'x-echo': encodeURIComponent(said).slice(0, 4_000),
      'retry-after': '1',
    });
    response.end(JSON.stringify(refusal(said)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    askedOf: (platform) => (asked.get(platform) ?? []).join('\n'),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function everythingOf(request: IncomingMessage): Promise<string> {
  const url = request.url ?? '';
  return `${url} ${decodeURIComponent(url)} ${JSON.stringify(request.headers)} ${await text(request)}`;
}

function refusal(said: string) {
  return {
    ...{ status: said, message: said, title: said, detail: said, type: said },
    error: {
      code: 400,
      message: said,
      status: said,
      errors: [{ reason: said, message: said }],
      details: [{ reason: said }],
    },
    errors: [{ type: said, value: said, resource_id: said, message: said }],
  };
}
