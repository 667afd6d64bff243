import { startByteSource } from '../test/support/memory-source.ts';
import { startTarget } from './target.ts';

/** In a process of their own: what they cost is nobody's. */
const [source, target] = await Promise.all([startByteSource(), startTarget()]);
process.on('message', () => process.send?.(target.takeStored()));
process.on('disconnect', () => process.exit());
process.send?.({ sourceUrl: source.url, targetUrl: target.url });
