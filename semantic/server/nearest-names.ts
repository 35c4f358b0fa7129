import { editDistance } from '../../lib/edit-distance.ts';

/** Up to three of `names` that a person may have meant by `name`, nearest first. */
export function nearestNames(name: string, names: Iterable<string>): string[] {
  const wanted = name.toLowerCase();
  const tolerance = Math.max(2, Math.floor(wanted.length / 3));
  const near = [...new Set(names)]
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerance)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate));
  return near
    .filter(({ distance }) => distance <= (near[0]?.distance ?? 0) + 1)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

// A name that contains the other is one step away whatever its length: `revenue` means `net_revenue`.
function distanceTo(wanted: string, candidate: string): number {
  if (wanted === candidate) return 0;
  if (wanted.length > 2 && (candidate.includes(wanted) || wanted.includes(candidate))) return 1;
  return editDistance(wanted, candidate);
}
