import { readFileSync } from 'node:fs';

/**
 * The peak of this program. The system's own count for processes (`maxRSS`) begins with that of whoever started this
 * one, so it is taken only where there is no other.
 */
export function readPeakBytes(): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
