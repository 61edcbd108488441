// An identity provider on loopback: `node server.mjs '{"traps": ["entra"]}'` prints its URL and serves until stdin ends.
// POST /rotate gives it new keys. With the trap `entra` it registers nobody, sends no `iss` back, and refuses `resource`.
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import Provider, { errors } from 'oidc-provider'

const { audience, callbacks, traps = [] } = JSON.parse(process.argv[2])
const isEntra = traps.includes('entra')

function key(kind, options, alg) {
  const { privateKey } = generateKeyPairSync(kind, options)
  return { ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg }
}

// What outlives new keys: clients, codes, grants.
const stored = new Map()
const grants = new Map()
class Kept {
  constructor(model) { this.model = model }
  place(id) { return `${this.model}:${id}` }
  async upsert(id, payload) {
    stored.set(this.place(id), payload)
    if (payload.grantId) grants.set(payload.grantId, [...(grants.get(payload.grantId) ?? []), this.place(id)])
  }
  async find(id) { return stored.get(this.place(id)) }
  async findByUid(uid) { return [...stored.values()].find((each) => each.uid === uid) }
  async findByUserCode() { return undefined }
  async destroy(id) { stored.delete(this.place(id)) }
  async consume(id) { stored.get(this.place(id)).consumed = Math.floor(Date.now() / 1000) }
  async revokeByGrantId(id) { for (const place of grants.get(id) ?? []) stored.delete(place) }
}

const listener = createServer()
await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${listener.address().port}`
const flow = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }

function provider() {
  const made = new Provider(issuer, {
    jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
    adapter: Kept,
    cookies: { keys: ['made up'] },
    scopes: ['openid', 'offline_access', 'rag.read'],
    extraTokenClaims: () => ({ groups: ['sales'] }),
    pkce: { required: (_, client) => client.clientId !== 'gpt' },
    clients: [
      { client_id: 'gpt', client_secret: 'secret', redirect_uris: callbacks, token_endpoint_auth_method: 'client_secret_post', ...flow },
      { client_id: 'gpt-pkce', client_secret: 'secret', redirect_uris: callbacks, token_endpoint_auth_method: 'client_secret_post', ...flow },
      { client_id: 'native', redirect_uris: ['http://127.0.0.1/callback'], application_type: 'native', token_endpoint_auth_method: 'none', ...flow },
    ],
    features: {
      devInteractions: { enabled: true },
      registration: { enabled: !isEntra },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, __, oneOf) => oneOf ?? audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget()
          const format = traps.includes('opaque') ? 'opaque' : 'jwt'
          return { scope: 'rag.read', audience, accessTokenFormat: format, accessTokenTTL: 3600, jwt: { sign: { alg: 'ES256' } } }
        },
      },
    },
    issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com` }) }),
  })
  made.use(async (ctx, next) => {
    if (isEntra && (ctx.query.resource || ctx.path === '/reg')) return ctx.throw(400, 'AADSTS9010010')
    await next()
    if (isEntra && ctx.path.includes('/.well-known/')) {
      const { authorization_response_iss_parameter_supported: _, registration_endpoint: __, ...told } = ctx.body
      ctx.body = told
    }
    const location = ctx.response.get('location')
    if (isEntra && location?.includes('iss=')) ctx.set('location', location.replace(/[?&]iss=[^&]*/, ''))
  })
  return made.callback()
}

let serve = provider()
listener.on('request', (request, response) => {
  if (request.url !== '/rotate') return serve(request, response)
  serve = provider()
  return response.end()
})
process.stdin.on('end', () => process.exit(0)).resume()
console.log(issuer)
