import http from 'node:http';

/** One answer over HTTP. */
export interface Reply {
  readonly status: number;
  readonly body: string;
  readonly origin: string | undefined;
  readonly publication: number;
}

/** A person at a dashboard: one connection that stays, and credentials. */
export interface User {
  readonly load: (text: string) => Promise<Reply>;
  readonly close: () => void;
}

const waitMore = '"Continue wait"';

export function createUser(port: number, authorization: string | undefined): User {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  const headers = authorization === undefined ? {} : { authorization };
  const once = (text: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const path = `/cubejs-api/v1/load?query=${encodeURIComponent(text)}`;
      const request = http.get({ host: '127.0.0.1', port, path, agent, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (body += chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            origin: String(response.headers['x-shopwave-origin'] ?? ''),
            publication: Number(response.headers['x-shopwave-publication'] ?? 0),
          }),
        );
      });
      request.on('error', reject);
    });
  return {
    load: async (text) => {
      for (;;) {
        const reply = await once(text);
        if (!reply.body.includes(waitMore)) return reply;
      }
    },
    close: () => agent.destroy(),
  };
}
