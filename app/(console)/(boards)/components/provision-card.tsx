'use client';
import { useState } from 'react';
import type { Provision } from '#lib/api/schema.ts';
import { Button } from '../../../_ui/button.tsx';
import { CopyButton } from '../../../_ui/copy-button.tsx';
import { Field } from '../../../_ui/field.tsx';
import { Notice } from '../../../_ui/notice.tsx';
import { replLines } from '../repl-lines.ts';

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

function Values({ made }: { made: Provision }) {
  return (
    <dl className="flex flex-col gap-3">
      <Secret label="Board id" text={made.board.id} />
      <Secret label="Single-use key" text={made.key} />
      {made.hubUrls.map((url, index) => (
        <Secret key={url} label={index === 0 ? 'Hub address' : `Hub address ${index + 1}`} text={url} />
      ))}
    </dl>
  );
}

/** The Wi-Fi's password stays in this page: the lines are made here and go from the clipboard to the board. */
function Steps({ made }: { made: Provision }) {
  const [ssid, setSsid] = useState('');
  const [password, setPassword] = useState('');
  const lines = replLines(made, { ssid, password });
  return (
    <ol className="flex list-decimal flex-col gap-4 pl-5 marker:text-ink-faint">
      <li>
        Copy the client onto the board: from <code className="font-mono text-xs">dist/device</code>, boot.py and main.py
        to <code className="font-mono text-xs">/</code>, the rest to <code className="font-mono text-xs">/cm/a</code>.
      </li>
      <li>
        Enter these lines at its REPL. The name and password of your Wi-Fi go into them and nowhere else.
        <div className="mt-3 grid grid-cols-2 gap-3">
          <Field
            label="Wi-Fi name"
            autoComplete="off"
            value={ssid}
            onChange={(event) => setSsid(event.currentTarget.value)}
          />
          <Field
            label="Wi-Fi password"
            autoComplete="off"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </div>
        <div className="relative mt-3">
          <pre className="rounded-lg border bg-sunken py-2 pr-10 pl-3 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere">
            {lines}
          </pre>
          <div className="absolute top-1 right-1">
            <CopyButton text={`${lines}\n`} what="lines" />
          </div>
        </div>
      </li>
      <li>Reset the board. It stands on line in the list within seconds.</li>
    </ol>
  );
}

/** What a board needs to connect. The key is not shown again: the hub itself keeps it only wrapped. */
export function ProvisionCard({ made, onDone }: { made: Provision; onDone: () => void }) {
  return (
    <div className="flex flex-col gap-5">
      <Notice look="warning" title="The key is shown this once">
        It works for one first connection and is then replaced by the hub and the board.
      </Notice>
      <Values made={made} />
      {made.hubUrls.length === 0 ? (
        <Notice look="error" title="No board can reach this hub">
          It listens on no address that another machine could use. Start it without --host, then add the board again.
        </Notice>
      ) : (
        <Steps made={made} />
      )}
      <Button look="solid" className="self-end" onClick={onDone}>
        Done
      </Button>
    </div>
  );
}
