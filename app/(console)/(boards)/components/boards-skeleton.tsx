import { Skeleton } from '../../../_ui/skeleton.tsx';

const rows = ['a', 'b', 'c', 'd', 'e'];

export function BoardsSkeleton() {
  return (
    <div role="status" aria-label="Loading the boards">
      <Skeleton className="mb-6 h-8 w-32" />
      <Skeleton className="mb-4 h-9 w-full max-w-md" />
      <div className="panel divide-y overflow-hidden">
        {rows.map((row) => (
          <div key={row} className="flex h-14 items-center gap-6 px-4">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="h-4 w-32" />
            <Skeleton className="ml-auto h-4 w-20" />
          </div>
        ))}
      </div>
    </div>
  );
}
