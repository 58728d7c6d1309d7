// A certified OpenID provider that nobody here wrote, on Visma Connect's paths.
//
//   node provider.mjs            listens on a free port of 127.0.0.1
//
// Prints one line of JSON when it listens: {"origin": …, "client_secret": …}. Ends with its standard input, so
// that it cannot outlive the test that started it.

import { createServer } from 'node:http';
import { URL } from 'node:url';

// oidc-provider 9.13 wants `URL.parse` of Node 22.
URL.parse ??= (address, base) => (URL.canParse(address, base) ? new URL(address, base) : null);

// Nobody reads standard output behind the first line: what the provider advises there would end it.
console.info = console.error;

const { Provider } = await import('oidc-provider');

const API = 'https://api.dinero.dk';
const READ = 'dineropublicapi:read';
const WRITE = 'dineropublicapi:write';

// All are `native`, which lets a loopback redirect URI take any port (RFC 8252 7.3).
const client = (id, own) => ({
  client_id: id,
  // With signs that a form and a Basic header each encode in their own way.
  client_secret: 'a secret+that: only/tests%know',
  application_type: 'native',
  redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
  response_types: ['code'],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_post',
  ...own,
});
const clients = [
  client('isv_plain', {}),
  client('isv_pkce', {}),
  client('isv_basic', { token_endpoint_auth_method: 'client_secret_basic' }),
  // Asks for no API: its access tokens are opaque, and userinfo takes them.
  client('isv_identity', {}),
  // Gets an id_token beside its code; whoever gets one from the authorization endpoint is `implicit` here.
  client('isv_hybrid', {
    response_types: ['code id_token'],
    grant_types: ['authorization_code', 'refresh_token', 'implicit'],
  }),
];

const server = createServer();
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(origin, {
  clients,
  routes: {
    authorization: '/connect/authorize',
    token: '/connect/token',
    userinfo: '/connect/userinfo',
    jwks: '/.well-known/openid-configuration/jwks',
    revocation: '/connect/revocation',
    introspection: '/connect/introspect',
    end_session: '/connect/endsession',
  },
  scopes: ['openid', 'offline_access', READ, WRITE],
  // A refresh token is taken once; whoever sends it again loses the whole grant.
  rotateRefreshToken: true,
  // Visma turns PKCE on per application: here one client must, the others need not.
  pkce: { required: (_, { clientId }) => clientId === 'isv_pkce' },
  features: {
    devInteractions: { enabled: true },
    revocation: { enabled: true },
    introspection: { enabled: true },
    // Access tokens are JWTs for Dinero's API, as Visma Connect's are.
    resourceIndicators: {
      enabled: true,
      defaultResource: (_, { clientId }) => (clientId === 'isv_identity' ? undefined : API),
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: `${READ} ${WRITE}`,
        audience: API,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 3600,
        jwt: { sign: { alg: 'RS256' } },
      }),
    },
  },
  ttl: { AuthorizationCode: 300, IdToken: 300, RefreshToken: 86400, Interaction: 600, Session: 600, Grant: 600 },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: 'Søren Ærø' }) }),
});
// What the provider itself refused, for whoever looks into a failed test.
for (const event of ['authorization.error', 'grant.error', 'server_error']) {
  provider.on(event, (_, error) => process.stderr.write(`${event}: ${error.message} ${error.error_detail ?? ''}\n`));
}

server.on('request', provider.callback());
process.stdin.resume().on('end', () => process.exit(0));
process.stdout.write(`${JSON.stringify({ origin, client_secret: clients[0].client_secret })}\n`);
