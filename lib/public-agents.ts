import { type LookupAddress, type LookupAllOptions, lookup } from 'node:dns';
import http, { type Agent } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { PermanentError, TransientError } from './errors.ts';
import { isPublicAddress } from './public-address.ts';

type Resolve = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export type Judge = { resolve?: Resolve; isPublic?: (address: string) => boolean };

/**
 * Agents that open connections to public addresses only. All addresses of a name are judged together, and node connects
 * to what was judged, not to what a second look at the name would give. A connection is judged once, when it is opened.
 *
 * Codes: `url_forbidden` when any address of a host is not public; `connection_failed` when nobody can say whose
 * connection it is.
 */
export function createPublicAgents({ resolve = lookup, isPublic = isPublicAddress }: Judge) {
  const lookUp: LookupFunction = (host, options, callback) =>
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const isForbidden = !error && !addresses.every(({ address }) => isPublic(address));
      callback(isForbidden ? forbid(host) : error, addresses);
    });

  function guard<AnyAgent extends Agent>(agent: AnyAgent): AnyAgent {
    const connect = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const host = options.host as string;
      if (isIP(host) !== 0 && !isPublic(host)) {
        // Node looks up no literal address.
        (callback as (error: Error) => void)(forbid(host));
        return;
      }
      const socket = connect(options) as Socket;
      // Before whatever else waits for the connection: a request, or the greeting of TLS.
      return socket.prependOnceListener('connect', () => {
        const { remoteAddress } = socket;
        if (remoteAddress === undefined) socket.destroy(createLostConnection());
        else if (!isPublic(remoteAddress)) socket.destroy(forbid(host));
      });
    };
    return agent;
  }

  // With it, node asks for all addresses of a name at once.
  const options = { keepAlive: true, lookup: lookUp, autoSelectFamily: true };
  return { 'http:': guard(new http.Agent(options)), 'https:': guard(new https.Agent(options)) };
}

function forbid(host: string): PermanentError {
  const message = `Downloads from ${host} are not allowed: not all of its addresses are public, and DOWNLOAD_ALLOWED_HOSTS does not list its origin.`;
  return new PermanentError({ stage: 'download', code: 'url_forbidden', message });
}

function createLostConnection(): TransientError {
  const message = 'The connection was gone before its address could be looked at.';
  return new TransientError({ stage: 'download', code: 'connection_failed', message });
}
