import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Listening, listenOnLoopback } from '../../../local/listen-on-loopback.ts';

export type ParameterAnswer = { value: string } | { status: number; body: string } | 'silence';

export type ParameterStore = Listening & {
  /** What GetParameter answers for a name from now on. */
  set: (name: string, answer: ParameterAnswer) => void;
  /** How often a name was asked for. */
  countReadings: (name: string) => number;
};

/**
 * Parameter Store on loopback, which knows GetParameter.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export async function startParameterStore(): Promise<ParameterStore> {
  const answers = new Map<string, ParameterAnswer>();
  const readings: string[] = [];
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const answer = async () => {
      const { Name, WithDecryption } = JSON.parse(await text(request)) as { Name: string; WithDecryption: boolean };
      readings.push(Name);
      const planned = answers.get(Name) ?? refuseParameter('ParameterNotFound', '');
      if (planned === 'silence') return;
      const Value = 'value' in planned && (WithDecryption ? planned.value : 'AQICAHh-encrypted');
      const { status, body } =
        'value' in planned
          ? { status: 200, body: JSON.stringify({ Parameter: { Name, Type: 'SecureString', Value, Version: 1 } }) }
          : planned;
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    };
    answer().catch(() => response.destroy());
  });
  return {
    ...(await listenOnLoopback(server)),
    set: (name, answer) => void answers.set(name, answer),
    countReadings: (name) => readings.filter((reading) => reading === name).length,
  };
}

/** A refusal of AWS, in the words it uses. */
export const refuseParameter = (code: string, message: string): ParameterAnswer => ({
  status: 400,
  body: JSON.stringify({ __type: code, message }),
});
