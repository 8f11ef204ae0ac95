'use client';
import type { Provision } from '#lib/api/schema.ts';
import { Button } from '../../../_ui/button.tsx';
import { CopyButton } from '../../../_ui/copy-button.tsx';
import { Notice } from '../../../_ui/notice.tsx';

function Secret({ label, text }: { label: string; text: string }) {
  return (
    <div>
      <dt className="mb-1 text-ink-faint">{label}</dt>
      <dd className="flex items-center gap-1 rounded-lg border bg-sunken py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 font-mono text-xs leading-5 wrap-anywhere">{text}</code>
        <CopyButton text={text} what={label.toLowerCase()} />
      </dd>
    </div>
  );
}

/** What a board needs to connect. The key is not shown again: the hub itself keeps it only wrapped. */
export function ProvisionCard({ made, onDone }: { made: Provision; onDone: () => void }) {
  return (
    <div className="flex flex-col gap-4">
      <Notice look="warning" title="Copy the key now">
        It is shown this once, works for one first connection, and is then replaced by the hub and the board.
      </Notice>
      <dl className="flex flex-col gap-3">
        <Secret label="Board id" text={made.board.id} />
        <Secret label="Single-use key" text={made.key} />
        {made.hubUrls.map((url, index) => (
          <Secret key={url} label={index === 0 ? 'Hub address' : 'Other hub address'} text={url} />
        ))}
      </dl>
      <p className="text-pretty text-ink-soft">
        Copy the folder <code className="font-mono text-xs">device/</code> of Cloudmanager to the board, give it these
        values and your Wi-Fi as its README says, and reset the board. It appears in the list within seconds.
      </p>
      <Button look="solid" className="self-end" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}
