import { S3Error } from './s3-error.ts';

const LONGEST_LINE_BYTES = 8192;

/**
 * Takes the framing off an aws-chunked body (`<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailers>`) as it
 * flows, and puts what trails into `trailers`, names in lower case. Chunk signatures are not checked.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export async function* decodeAwsChunked(source: AsyncIterable<Buffer>, trailers: Map<string, string>) {
  const state = { step: 'size' as 'size' | 'data' | 'dataEnd' | 'trailer', left: 0 };
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of source) {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length > 0) {
      if (state.step === 'data') {
        const data = rest.subarray(0, state.left);
        rest = rest.subarray(data.length);
        state.left -= data.length;
        if (state.left === 0) state.step = 'dataEnd';
        yield data;
        continue;
      }
      const end = rest.indexOf('\n');
      if (end < 0) break;
      readLine(rest.toString('latin1', 0, end).trim(), state, trailers);
      rest = rest.subarray(end + 1);
    }
    if (state.step !== 'data' && rest.length > LONGEST_LINE_BYTES) throw refuseFraming();
  }
  if (state.step !== 'trailer') throw new S3Error('IncompleteBody');
  // The last trailer may come without a line end.
  readLine(rest.toString('latin1').trim(), state, trailers);
}

function readLine(line: string, state: { step: string; left: number }, trailers: Map<string, string>): void {
  if (state.step === 'size') {
    const size = /^([0-9a-f]{1,12})(;.*)?$/i.exec(line)?.[1];
    if (size === undefined) throw refuseFraming();
    state.left = Number.parseInt(size, 16);
    state.step = state.left === 0 ? 'trailer' : 'data';
  } else if (state.step === 'dataEnd') {
    if (line !== '') throw refuseFraming();
    state.step = 'size';
  } else if (line !== '') {
    const colon = line.indexOf(':');
    if (colon < 1) throw new S3Error('MalformedTrailerError');
    trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
}

function refuseFraming(): S3Error {
  return new S3Error('InvalidRequest', { message: 'The aws-chunked body is malformed.' });
}
