import { DescribeEventBusCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { type Finding, good, judge } from './verdict.ts';

/** The event bus, where one is set. */
export async function checkEventBus(name: string): Promise<Finding> {
  const client = new EventBridgeClient();
  const finding = await judge('event bus', 'events:DescribeEventBus', async () => {
    const { Arn = name } = await client.send(new DescribeEventBusCommand({ Name: name }));
    return good(`${Arn} is there`);
  });
  client.destroy();
  return finding;
}
